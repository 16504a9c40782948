import GRDB
import Testing
import WGPilotCore

@testable import WGPilotStore

/// What follows owner and place in a row of `accessRule` that is valid.
private let rule = "'deny', 'any', NULL, NULL, 'any', '[]', '', 1, 0, 0"

@Suite struct SchemaTests {
    /// Catches an edit of a released migration: what it makes must stay what it was at the release.
    @Test(arguments: [
        ("v1", GoldenSchema.v1), ("v2", GoldenSchema.v2), ("v3", GoldenSchema.v3), ("v4", GoldenSchema.v4),
        ("v5", GoldenSchema.v5),
        ("v6", GoldenSchema.v6), ("v7", GoldenSchema.v7),
        ("v8", GoldenSchema.v8), ("v9", GoldenSchema.v9), ("v10", GoldenSchema.v10),
    ])
    func theSchemaIsTheReleasedOne(version: String, golden: String) throws {
        let queue = try DatabaseQueue()
        try StoreMigrations.migrator(SecretSealer(key: .generate())).migrate(queue, upTo: version)
        let dump = try queue.read { db in
            func rows(_ sql: String) throws -> [String] { try Row.fetchAll(db, sql: sql).map(\.text) }
            var dump: [String] = []
            for table in try rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
                if table.hasPrefix("sqlite_") || table.hasPrefix("grdb_") { continue }
                let columns = try rows(
                    "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo('\(table)') ORDER BY cid")
                dump.append("\(table): \(columns.joined(separator: ", "))")
                for key in try rows(
                    """
                    SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list('\(table)') ORDER BY id
                    """)
                {
                    dump.append("  references \(key)")
                }
                for index in try rows("SELECT name, \"unique\" FROM pragma_index_list('\(table)') ORDER BY name") {
                    let parts = index.split(separator: "|")
                    let columns = try rows("SELECT name FROM pragma_index_info('\(parts[0])') ORDER BY seqno")
                    dump.append("  \(parts[1] == "1" ? "unique" : "index") \(columns.joined(separator: ","))")
                }
            }
            let lax = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND type = 'table'"
            #expect(
                try Set(rows(lax)) == ["grdb_migrations", "sqlite_schema", "sqlite_sequence"],
                "every table of ours is STRICT")
            return dump.joined(separator: "\n")
        }
        #expect(dump == golden)
    }

    /// Catches a rule that the schema lost: each statement breaks one, and the database alone must refuse it.
    @Test(arguments: [
        (
            "UPDATE network SET name = '' WHERE id = 1",
            "CHECK"
        ),
        ("UPDATE network SET interface = 'a-name-of-16-char'", "CHECK"),
        ("UPDATE network SET mode = 'star'", "CHECK"),
        ("UPDATE network SET listenPort = 0", "CHECK"),
        ("UPDATE network SET listenPort = 65536", "CHECK"),
        ("UPDATE network SET publicKey = zeroblob(32)", "CHECK"),
        ("UPDATE network SET publicKey = zeroblob(31)", "CHECK"),
        ("UPDATE network SET dnsServers = '[\"1.1.1.1\"'", "CHECK"),
        ("UPDATE network SET mtu = 1279", "CHECK"),
        ("UPDATE network SET tunnel = 'half'", "CHECK"),
        ("UPDATE network SET enabled = 2", "CHECK"),
        ("UPDATE network SET hostHint = 0", "CHECK"),
        ("UPDATE network SET hubNumber = 0", "CHECK"),
        ("UPDATE network SET hubNumber = 16777215", "CHECK"),
        ("UPDATE network SET nat = 2", "CHECK"),
        ("UPDATE network SET mode = 'hub-routed', nat = 1", "CHECK"),
        ("UPDATE network SET peersMayTalk = -1", "CHECK"),
        ("UPDATE network SET driftPolicy = ''", "CHECK"),
        ("UPDATE network SET updatedAt = createdAt - 1", "CHECK"),
        ("UPDATE network SET subnet = NULL", "NOT NULL"),
        ("UPDATE network SET listenPort = 'high'", "cannot store TEXT value in INTEGER column"),
        ("UPDATE network SET name = 'first' WHERE id = 2", "UNIQUE"),
        ("UPDATE network SET listenPort = 51820 WHERE id = 2", "UNIQUE"),
        ("UPDATE network SET interface = 'wg0' WHERE id = 2", "UNIQUE"),
        ("UPDATE network SET subnet = '10.8.0.0/24' WHERE id = 2", "UNIQUE"),
        ("INSERT INTO networkSecret VALUES (99, zeroblob(61))", "FOREIGN KEY"),
        ("UPDATE networkSecret SET privateKey = zeroblob(32)", "CHECK"),
        ("UPDATE peer SET name = 'a' WHERE name = 'b'", "UNIQUE"),
        ("UPDATE peer SET hostNumber = 2 WHERE name = 'b'", "UNIQUE"),
        ("UPDATE peer SET publicKey = (SELECT publicKey FROM peer WHERE name = 'a') WHERE name = 'b'", "UNIQUE"),
        ("UPDATE peer SET hostNumber = 0", "CHECK"),
        ("UPDATE peer SET hostNumber = 16777215", "CHECK"),
        ("UPDATE peer SET role = 'server'", "CHECK"),
        ("UPDATE peer SET persistentKeepalive = 65536", "CHECK"),
        ("UPDATE peer SET hubKeepalive = -1", "CHECK"),
        ("UPDATE peer SET tunnel = ''", "CHECK"),
        ("UPDATE peer SET tags = 'a,b'", "CHECK"),
        ("UPDATE peer SET mtu = 70000", "CHECK"),
        ("UPDATE network SET custody = 'lost'", "CHECK"),
        ("UPDATE network SET bandwidthUp = 7", "CHECK"),
        ("UPDATE network SET bandwidthDown = NULL", "NOT NULL"),
        ("UPDATE network SET bandwidthDown = 100000001", "CHECK"),
        ("UPDATE peer SET bandwidthUp = -1", "CHECK"),
        ("UPDATE peer SET bandwidthUp = 7", "CHECK"),
        ("UPDATE peer SET bandwidthDown = 100000001", "CHECK"),
        ("UPDATE peer SET shownOnce = 2", "CHECK"),
        ("UPDATE peer SET searchDomains = 'lan'", "CHECK"),
        ("UPDATE peer SET excludedCIDRs = NULL", "NOT NULL"),
        ("UPDATE peer SET expiresAt = 0", "CHECK"),
        ("UPDATE peer SET disabledReason = ''", "CHECK"),
        ("INSERT INTO pendingKey VALUES (1, zeroblob(32), NULL, NULL, 0, 1)", "CHECK"),
        ("INSERT INTO pendingKey VALUES (1, randomblob(32), zeroblob(61), NULL, 1, 1)", "CHECK"),
        ("INSERT INTO pendingKey VALUES (1, randomblob(32), NULL, NULL, 1, 0)", "CHECK"),
        ("INSERT INTO pendingKey VALUES (99, randomblob(32), NULL, NULL, 1, 1)", "FOREIGN KEY"),
        ("INSERT INTO peerSighting VALUES (1, 0, NULL)", "CHECK"),
        ("INSERT INTO peerSighting VALUES (99, 1, NULL)", "FOREIGN KEY"),
        ("INSERT INTO fetchedConfiguration VALUES (1, 1, x'00')", "CHECK"),
        ("INSERT INTO fetchedConfiguration VALUES (99, 1, zeroblob(32))", "FOREIGN KEY"),
        ("UPDATE peer SET networkID = 99", "FOREIGN KEY"),
        ("UPDATE peer SET name = ''", "CHECK"),
        ("UPDATE peerSecret SET privateKey = NULL, presharedKey = NULL", "CHECK"),
        ("INSERT INTO peerSecret VALUES (99, zeroblob(61), NULL)", "FOREIGN KEY"),
        ("INSERT INTO siteNetwork VALUES (1, 0, 4, x'0A0000', 8)", "CHECK"),
        ("INSERT INTO siteNetwork VALUES (1, 0, 5, x'0A000000', 8)", "CHECK"),
        ("INSERT INTO siteNetwork VALUES (1, 0, 4, x'0A000000', 33)", "CHECK"),
        ("INSERT INTO siteNetwork VALUES (1, 0, 4, x'0A000000', 0)", "CHECK"),
        ("INSERT INTO siteNetwork VALUES (99, 0, 4, x'0A000000', 8)", "FOREIGN KEY"),
        ("INSERT INTO siteNetwork VALUES (1, 0, 4, x'0A000000', 8), (2, 0, 4, x'0A000000', 9)", "UNIQUE"),
        ("INSERT INTO retiredInterface VALUES ('')", "CHECK"),
        ("INSERT INTO setting VALUES ('', 'x')", "CHECK"),
        ("INSERT INTO bridge VALUES (NULL, 1, 1, 'a_to_b', '[]', 1, 0, 0)", "CHECK"),
        ("INSERT INTO bridge VALUES (NULL, 1, 2, 'both', '[]', 1, 0, 0)", "CHECK"),
        ("INSERT INTO bridge VALUES (NULL, 1, 2, 'a_to_b', '', 1, 0, 0)", "CHECK"),
        ("INSERT INTO bridge VALUES (NULL, 1, 9, 'a_to_b', '[]', 1, 0, 0)", "FOREIGN KEY"),
        (
            "INSERT INTO bridge VALUES (NULL, 1, 2, 'a_to_b', '[]', 1, 0, 0), (NULL, 2, 1, 'a_to_b', '[]', 1, 0, 0)",
            "UNIQUE"
        ),
        ("INSERT INTO accessRule VALUES (NULL, 1, 'a', NULL, 1, \(rule))", "CHECK"),
        ("INSERT INTO accessRule VALUES (NULL, NULL, NULL, NULL, 1, \(rule))", "CHECK"),
        ("INSERT INTO accessRule VALUES (NULL, 1, NULL, NULL, 0, \(rule))", "CHECK"),
        ("INSERT INTO accessRule VALUES (NULL, 9, NULL, NULL, 1, \(rule))", "FOREIGN KEY"),
        ("INSERT INTO accessRule VALUES (NULL, NULL, NULL, 9, 1, \(rule))", "FOREIGN KEY"),
        (
            "INSERT INTO accessRule VALUES (NULL, 1, NULL, NULL, 1, 'deny', 'peer', \(rule.dropFirst(15)))",
            "CHECK"
        ),
        (
            "INSERT INTO accessRule VALUES (NULL, 1, NULL, NULL, 1, 'deny', 'any', 'x', \(rule.dropFirst(21)))",
            "CHECK"
        ),
        (
            "INSERT INTO accessRule VALUES (NULL, 1, NULL, NULL, 1, \(rule)); UPDATE accessRule SET ports = '[1]'",
            "CHECK"
        ),
        ("INSERT INTO pendingChange VALUES (NULL, 2, 'x', x'00', 0, 0)", "CHECK"),
        ("INSERT INTO pendingChange VALUES (NULL, 1, 'x', x'', 0, 0)", "CHECK"),
        ("INSERT INTO pendingChange VALUES (NULL, 1, 'x', x'00', 0, 0), (NULL, 1, 'y', x'00', 0, 0)", "UNIQUE"),
        ("INSERT INTO kernelSetting VALUES ('', '0', '1', 0)", "CHECK"),
        ("INSERT INTO firewallMark VALUES (2, zeroblob(32), zeroblob(32))", "CHECK"),
        ("INSERT INTO firewallMark VALUES (1, zeroblob(32), x'00')", "CHECK"),
        ("INSERT INTO ignoredDrift VALUES (9, 'x', zeroblob(32))", "FOREIGN KEY"),
        ("INSERT INTO ignoredDrift VALUES (1, '', zeroblob(32))", "CHECK"),
    ])
    func theDatabaseItselfRefuses(sql: String, rule: String) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft("first"))
        _ = try await store.createNetwork(networkDraft("second", subnet: "10.9.0.0/24"))
        _ = try await store.createPeers(in: network.id, [peerDraft("a"), peerDraft("b")])
        await #expect { try await store.sql(sql) } throws: { error in
            (error as? DatabaseError)?.message?.contains(rule) == true
        }
        try await store.expectSound()
    }

    private static let desiredState = [
        "network", "networkSecret", "peer", "peerSecret", "siteNetwork", "bridge", "accessRule", "ignoredDrift",
        "pendingKey", "peerSighting", "fetchedConfiguration",
    ]

    /// Catches a deletion that leaves something behind, and a number that is handed out twice.
    @Test func deletionTakesEverythingAndNumbersAreNeverUsedAgain() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite))
        let first = try await store.createPeer(in: network.id, peerDraft("site", sites: ["192.168.1.0/24"])).peer
        _ = try await store.deletePeer(in: network.id, first.id)
        let second = try await store.createPeer(in: network.id, peerDraft("site", sites: ["192.168.1.0/24"])).peer
        #expect(second.id == first.id + 1)
        _ = try await store.deleteNetwork(network.id)
        for table in Self.desiredState {
            #expect(try await store.rows("SELECT count(*) FROM \(table)") == ["0"], "\(table)")
        }
        #expect(try await store.createNetwork(networkDraft()).id == network.id + 1)
        try await store.expectSound()
    }

    /// Catches a creation whose cost grows with the number of peers: no statement that it runs may scan `peer`,
    /// `peerSecret` or `siteNetwork`.
    @Test func creatingAPeerScansNoTableOfPeers() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite, subnet: "10.0.0.0/16"))
        _ = try await store.createPeer(in: network.id, peerDraft("zero", sites: ["192.168.0.0/24"]))
        let statements = StatementLog()
        try await store.writer.writeWithoutTransaction { db in
            db.trace { statements.append("\($0)") }
        }
        _ = try await store.createPeer(in: network.id, peerDraft("one", sites: ["192.168.1.0/24"]))
        let edited = try await store.peer(in: network.id, named: "one")
        let block = try prefix("192.168.2.0/24")
        _ = try await store.updatePeer(in: network.id, edited.id) { $0.settings.siteNetworks = [block] }
        _ = try await store.deletePeer(in: network.id, edited.id)
        try await store.writer.writeWithoutTransaction { db in db.trace(options: []) }
        let explained = statements.all.filter { sql in
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) }
        }
        #expect(explained.count > 12)
        for sql in explained {
            // The plan does not depend on the values.
            let bound = sql.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "1")
            for step in try await store.rows("EXPLAIN QUERY PLAN \(bound)") {
                for table in ["peer", "peerSecret", "siteNetwork"] {
                    #expect(!step.hasSuffix("SCAN \(table)") && !step.contains("SCAN \(table) "), "\(sql): \(step)")
                }
                #expect(!step.contains("TEMP B-TREE"), "\(sql): \(step)")
            }
        }
    }

    /// Catches a check or a trigger for which SQLite makes a table for each of thousands of peers.
    @Test func creatingAPeerMakesNoTablesOnTheWay() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite, subnet: "10.0.0.0/16"))
        let statements = StatementLog()
        try await store.writer.writeWithoutTransaction { db in
            db.trace { statements.append("\($0)") }
        }
        _ = try await store.createPeer(in: network.id, peerDraft("one", sites: ["192.168.1.0/24"]))
        try await store.writer.writeWithoutTransaction { db in db.trace(options: []) }
        let made = statements.all.filter { sql in
            ["INSERT INTO peer", "INSERT INTO siteNetwork", "SELECT 0, name FROM peer"].contains { sql.hasPrefix($0) }
        }
        #expect(made.count == 4, "peer, peerSecret and siteNetwork, and who has the name, key or number already")
        for sql in made {
            let bound = sql.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "1")
            // The program of the statement, with those of its triggers (https://sqlite.org/opcode.html).
            let program = try await store.rows("EXPLAIN \(bound)")
            #expect(program.count > 10)
            #expect(!program.contains { $0.contains("OpenEphemeral") || $0.contains("OpenAutoindex") }, "\(sql)")
        }
    }

    /// Catches a list that sorts or scans instead of walking its index.
    @Test(arguments: ["peer.id > 5 ORDER BY peer.id", "name > 'a' ORDER BY name"])
    func aPageWalksAnIndex(condition: String) async throws {
        let store = try StateStore.inMemory()
        let plan = try await store.rows("EXPLAIN QUERY PLAN \(PeerRecord.select) WHERE networkID = 1 AND \(condition)")
        #expect(plan.contains { $0.contains("SEARCH peer USING INDEX") }, "\(plan)")
        #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
