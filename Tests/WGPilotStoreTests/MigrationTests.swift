import Crypto
import FoundationEssentials
import GRDB
import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct MigrationTests {
    /// A data directory as the first release left it: its schema, and rows as it wrote them.
    private static func firstRelease(in folder: TemporaryDirectory, rows: Bool = true) throws -> [PrivateKey] {
        let directory = try DataDirectory(path: folder.path)
        let sealer = SecretSealer(key: try MasterKeyFile.create(in: directory))
        let queue = try DatabaseQueue(path: directory.database)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in try db.execute(sql: V1InitialSchema.sql) }
        try migrator.migrate(queue)
        let keys = (0..<3).map { _ in PrivateKey.generate() }
        try queue.write { db in
            try Canary.insert(sealer, db)
            guard rows else { return }
            let networks: [(Int64, String, String, String, String?, Int)] = [
                (2, "gate", "gateway", "10.8.0.0/24", "fd00::/64", 4),
                (5, "sites", "site-to-site", "10.9.0.0/24", nil, 2),
                (7, "star", "hub-routed", "10.10.0.0/24", nil, 9),
            ]
            for (index, (id, name, mode, subnet, subnet6, hint)) in networks.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO network VALUES (?, ?, ?, ?, ?, ?, ?, ?, '["10.8.0.1"]', '["lan"]', 1380, 'vpn.example', \
                        'split', '["172.16.0.0/12"]', ?, ?, 100, 200)
                        """,
                    arguments: [
                        id, name, "wg\(index)", mode, subnet, subnet6, 51820 + index,
                        Data(keys[index].publicKey.bytes), index != 2, hint,
                    ])
                try SecretRecord.insert(keys[index], ofNetwork: id, sealer, db)
            }
            for (id, network, name, number, role): (Int64, Int64, String, Int64, String) in [
                (3, 2, "a", 2, "client"), (4, 2, "b", 3, "client"), (8, 5, "north", 3, "site-gateway"),
            ] {
                try db.execute(
                    sql: """
                        INSERT INTO peer VALUES (?, ?, ?, ?, randomblob(32), 'a@example.org', ?, '192.0.2.1:51820', 25, 10, \
                        NULL, '[]', '["1.1.1.1"]', 1400, 'notes', '["staff"]', 1, 100, 300)
                        """,
                    arguments: [id, network, name, number, role])
            }
            try SecretRecord.replace(
                PeerSecrets(privateKey: keys[0], presharedKey: PresharedKey.generate()), ofPeer: 3, sealer, db)
            try db.execute(
                sql: """
                    INSERT INTO siteNetwork VALUES (8, 0, 4, x'C0A80200', 24), (8, 1, 4, x'C0A80100', 24);
                    INSERT INTO retiredInterface VALUES ('wg9');
                    INSERT INTO setting VALUES ('endpoint_host', 'vpn.example');
                    -- The highest numbers were used by objects that are gone.
                    UPDATE sqlite_sequence SET seq = 20 WHERE name = 'network';
                    UPDATE sqlite_sequence SET seq = 40 WHERE name = 'peer';
                    """)
        }
        try queue.close()
        return keys
    }

    private static func rows(_ folder: TemporaryDirectory, _ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: "\(folder.path)/wgpilot.db")
        defer { try? queue.close() }
        return try queue.read { db in try Row.fetchAll(db, sql: sql).map(\.text) }
    }

    /// Catches a row, a reference, a secret or a counter that is lost on the way from the first schema to the second.
    @Test func theFirstReleaseComesOverWhole() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let keys = try Self.firstRelease(in: folder)
        let network = """
            SELECT id, name, interface, mode, subnet, subnet6, listenPort, publicKey, dnsServers, searchDomains, mtu, \
            endpointHost, tunnel, customCIDRs, enabled, hostHint, createdAt, updatedAt FROM network ORDER BY id
            """
        let peer = """
            SELECT id, networkID, name, hostNumber, publicKey, email, role, endpoint, persistentKeepalive, hubKeepalive, \
            tunnel, extraCIDRs, dnsServers, mtu, notes, tags, enabled, createdAt, updatedAt FROM peer ORDER BY id
            """
        let unchanged = [
            network, "SELECT * FROM networkSecret ORDER BY 1", peer,
            "SELECT * FROM peerSecret", "SELECT * FROM siteNetwork ORDER BY position", "SELECT * FROM retiredInterface",
            "SELECT * FROM setting ORDER BY key",
            "SELECT * FROM sqlite_sequence WHERE name IN ('network', 'peer') ORDER BY name",
        ]
        let before = try unchanged.map { try Self.rows(folder, $0) }
        let store = try StateStore.open(directory: folder.path)
        for (sql, rows) in zip(unchanged, before) { #expect(try await store.rows(sql) == rows, "\(sql)") }
        try await store.expectSound()
        #expect(try await store.rows("SELECT networkID, seal FROM deviceSeal ORDER BY networkID").count == 3)
        #expect(
            try await store.rows("SELECT name, nat, peersMayTalk, driftPolicy, hubNumber FROM network ORDER BY id")
                == ["gate|1|0|repair|1", "sites|0|1|repair|1", "star|0|1|repair|1"])

        let gate = try #require(try await store.desiredInterface(2))
        #expect(gate.privateKey == keys[0])
        #expect(gate.addresses.map(\.description) == ["10.8.0.1/24", "fd00::1/64"])
        #expect(gate.peers.count == 2)
        #expect(try await store.secrets(ofPeer: 3).privateKey == keys[0])
        #expect(try await store.peer(in: 2, 3).custody == .held)
        #expect(try await store.peer(in: 2, 4).custody == .client)
        #expect(try await store.network(2).settings.custody == .held)
        #expect(
            try await store.peer(in: 5, 8).settings.siteNetworks.map(\.description)
                == ["192.168.2.0/24", "192.168.1.0/24"])
        #expect(try await store.createPeer(in: 2, peerDraft("new")).peer.id == 41, "a number is never used again")
        #expect(try await store.peer(in: 2, 41).hostNumber == 4)
        #expect(try await store.createNetwork(networkDraft("new", subnet: "10.11.0.0/24")).id == 21)
        _ = try await store.deleteNetwork(5)
        #expect(try await store.rows("SELECT count(*) FROM siteNetwork") == ["0"], "what referred to it still does")
        try await store.expectSound()
        try store.close()
        let again = try StateStore.open(directory: folder.path)
        #expect(try await again.networks().map(\.id) == [2, 7, 21])
        try again.close()
    }

    /// Catches a counter that is missing where nothing was ever made.
    @Test func anEmptyFirstReleaseComesOver() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        _ = try Self.firstRelease(in: folder, rows: false)
        let store = try StateStore.open(directory: folder.path)
        #expect(try await store.createNetwork(networkDraft()).id == 1)
        #expect(try await store.createPeer(in: 1, peerDraft("a")).peer.id == 1)
        try await store.expectSound()
        try store.close()
    }
}
