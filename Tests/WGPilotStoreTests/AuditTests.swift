import FoundationEssentials
import GRDB
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct AuditTests {
    /// Catches a change that is not told, told wrongly, or told under another's name.
    @Test func theLifeOfAPeerIsTold() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(
            networkDraft(mode: .siteToSite), options: .audited("wgpilot.v1.Networks/Create"))
        var draft = try peerDraft("berlin", sites: ["10.20.0.0/16"])
        draft.settings.tags = ["staff", "berlin"]
        let peer = try await store.createPeer(in: network.id, draft, options: .audited()).peer
        var entry = try #require(try await store.last())
        #expect(entry.sequence == 2 && entry.time == clock.now && entry.result == "OK" && entry.count == 1)
        #expect(entry.actor == AuditActor(kind: .user, name: "alice", uid: 1000))
        #expect(entry.origin == "unix" && entry.requestID == "r1" && entry.method == "wgpilot.v1.Test/Change")
        #expect(entry.target == "office/berlin")
        let line = try #require(entry.lines.first)
        #expect(entry.lines.count == 1 && entry.omittedChanges == 0)
        #expect(
            line.hasPrefix("created peer office/berlin: name - > berlin, role - > site-gateway, address - > 10.8.0.2"))
        #expect(line.contains("public_key - > \(peer.publicKey)") && line.contains("tags - > staff, berlin"))
        #expect(line.contains("private_key - > held, preshared_key - > held, site_networks - > 10.20.0.0/16"))

        let sites = try [prefix("10.20.0.0/24"), prefix("10.30.0.0/16")]
        let wider = try [prefix("10.20.0.0/20"), prefix("10.30.0.0/16")]
        let bonn = try name("bonn")
        _ = try await store.updatePeer(in: network.id, peer.id, options: .audited()) { edit in
            edit.settings.mtu = 1300
            edit.settings.siteNetworks = sites
        }
        entry = try #require(try await store.last())
        #expect(
            entry.lines == [
                "changed peer office/berlin: mtu - > 1300, site_networks 10.20.0.0/16 > 10.20.0.0/24, 10.30.0.0/16"
            ])
        // Only the length of a block: the change itself does not name the peer.
        _ = try await store.updatePeer(in: network.id, peer.id, options: .audited()) { edit in
            edit.settings.siteNetworks = wider
        }
        entry = try #require(try await store.last())
        #expect(
            entry.lines == [
                "changed peer office/berlin: site_networks 10.20.0.0/24, 10.30.0.0/16 > 10.20.0.0/20, 10.30.0.0/16"
            ])
        // A new preshared key is told, the private key that stays is not; nor are values.
        _ = try await store.updatePeer(in: network.id, peer.id, options: .audited()) { $0.presharedKey = .generate }
        #expect(try await store.last()?.lines == ["changed peer office/berlin: preshared_key held > held"])
        _ = try await store.updatePeer(in: network.id, peer.id, options: .audited()) { $0.presharedKey = .remove }
        #expect(try await store.last()?.lines == ["changed peer office/berlin: preshared_key held > -"])
        _ = try await store.updatePeer(in: network.id, peer.id, options: .audited()) { edit in
            edit.settings.name = bonn
        }
        entry = try #require(try await store.last())
        #expect(entry.lines == ["changed peer office/bonn: name berlin > bonn"] && entry.target == "office/bonn")
        // What changes nothing is told as what was asked for.
        _ = try await store.setPeerEnabled(in: network.id, peer.id, true, options: .audited())
        entry = try #require(try await store.last())
        #expect(entry.changes == [] && entry.target == "asked")

        _ = try await store.deletePeer(in: network.id, peer.id, options: .audited())
        entry = try #require(try await store.last())
        #expect(entry.target == "office/bonn")
        #expect(entry.lines.first?.hasPrefix("deleted peer office/bonn: name bonn > -") == true)
        #expect(entry.lines.first?.contains("site_networks 10.20.0.0/20, 10.30.0.0/16 > -") == true)
        #expect(try await store.verifyAudit().fault == nil)
        #expect(try await store.verifyAudit().sequence == 9)
    }

    /// Catches names that are lost with what they named, and rules that are told though others only pushed them along.
    @Test func networksBridgesRulesSettingsAndDriftAreTold() async throws {
        let store = try StateStore.inMemory()
        let office = try await store.createNetwork(networkDraft())
        let lab = try await store.createNetwork(networkDraft("lab", subnet: "10.9.0.0/24"))
        let peer = try await store.createPeer(in: office.id, peerDraft("a")).peer
        _ = try await store.createBridge(
            BridgeSettings(networkA: office.id, networkB: lab.id, direction: .aToB), options: .audited())
        var entry = try #require(try await store.last())
        #expect(entry.target == "bridge 1")
        #expect(
            entry.lines == [
                "created bridge 1: network_a - > office, network_b - > lab, direction - > a_to_b, enabled - > true"
            ])
        var rule = AccessRuleSettings(owner: .network(office.id), action: .deny, destination: .peer(peer.id))
        _ = try await store.createRule(rule)
        rule.owner = .network(office.id)
        rule.action = .allow
        _ = try await store.createRule(rule, position: 1, options: .audited())
        entry = try #require(try await store.last())
        #expect(entry.target == "rule 2")
        #expect(
            entry.lines == [
                "created rule 2: network - > office, position - > 1, action - > allow, destination - > peer, "
                    + "destination_peer - > office/a, protocol - > any, enabled - > true"
            ])
        _ = try await store.updateRule(1, position: 1, options: .audited())
        #expect(try await store.last()?.lines == ["changed rule 1: position 2 > 1"])

        try await store.ignoreDrift(
            IgnoredDrift(networkID: office.id, item: "mtu", observed: Array(repeating: 1, count: 32)), audit: .sample())
        #expect(try await store.last()?.lines == ["created drift office: network - > office, item - > mtu"])
        try await store.removeIgnoredDrift(in: office.id, item: "mtu", audit: .sample())
        #expect(try await store.last()?.lines == ["deleted drift office: network office > -, item mtu > -"])
        try await store.setSetting(.endpointHost, to: "vpn.example.org", audit: .sample())
        #expect(
            try await store.last()?.lines == [
                "created setting endpoint_host: key - > endpoint_host, value - > vpn.example.org"
            ])
        try await store.setSetting(.endpointHost, to: "vpn.example.net", audit: .sample())
        entry = try #require(try await store.last())
        #expect(
            entry.lines == ["changed setting endpoint_host: value vpn.example.org > vpn.example.net"])
        #expect(entry.target == "endpoint_host")

        _ = try await store.deleteNetwork(office.id, options: .audited())
        entry = try #require(try await store.last())
        #expect(entry.target == "office")
        #expect(entry.changes.map(\.kind) == ["network", "peer", "bridge", "rule", "rule"])
        #expect(entry.changes.map(\.name) == ["office", "office/a", "1", "1", "2"])
        #expect(entry.changes.allSatisfy { $0.action == .deleted })
        #expect(entry.lines[2].contains("network_a office > -") && entry.lines[2].contains("network_b lab > -"))
        #expect(entry.lines[3].contains("destination_peer office/a > -"))
        #expect(try await store.verifyAudit().fault == nil)
    }

    /// Catches an entry of a change that did not happen, and a rehearsal that leaves a trace.
    @Test func anEntryIsThereExactlyWhereTheChangeIs() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(), options: .audited())
        _ = try await store.createPeer(in: network.id, peerDraft("a"), options: .audited())
        let before = try await store.rows("SELECT * FROM audit")
        _ = try await storeError { try await store.createPeer(in: network.id, peerDraft("a"), options: .audited()) }
        _ = try await storeError { try await store.deletePeer(in: network.id, 99, options: .audited()) }
        var rehearsal = WriteOptions(dryRun: Rehearsal())
        rehearsal.audit = .sample()
        _ = try await store.createPeer(in: network.id, peerDraft("b"), options: rehearsal)
        #expect(try await store.rows("SELECT * FROM audit") == before)

        // A log that cannot be written takes the change back with it.
        try await store.sql("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        let peers = try await store.rows("SELECT count(*) FROM peer")
        _ = try await storeError { try await store.createPeer(in: network.id, peerDraft("c"), options: .audited()) }
        _ = try await storeError {
            try await store.createToken(
                try name("t"), role: .viewer, expiresAt: nil, createdBy: "alice", options: .audited())
        }
        #expect(try await store.rows("SELECT count(*) FROM peer") == peers)
        #expect(try await store.rows("SELECT count(*) FROM apiToken") == ["0"])
        try await store.sql("DROP TRIGGER full")
        #expect(try await store.verifyAudit().fault == nil)
    }

    /// Catches an undo, a confirmation or an expiry that nobody hears of.
    @Test func undoingIsToldWithWhatItChanged() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var options = WriteOptions(confirmWithin: .seconds(60))
        options.audit = .sample()
        _ = try await store.updateNetwork(network.id, options: options) { $0.mtu = 1300 }
        #expect(try await store.last()?.lines == ["changed network office: mtu - > 1300"])
        try await store.undoPendingChange(audit: .daemon("wgpilot.v1.System/Undo"))
        let entry = try #require(try await store.last())
        #expect(entry.lines == ["changed network office: mtu 1300 > -"])
        #expect(entry.actor == .daemon && entry.origin == "daemon" && entry.target == "office")
        _ = try await store.updateNetwork(network.id, options: options) { $0.mtu = 1400 }
        try await store.confirmPendingChange(audit: .sample())
        let confirmed = try #require(try await store.last())
        #expect(confirmed.changes == [] && confirmed.target.contains("office"))
        #expect(try await store.verifyAudit().sequence == 4)
    }

    /// Catches a secret in the log: every key that is made is looked for in every byte of the file and of the log.
    @Test func noSecretIsInTheLog() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        var secrets: [String] = []
        var raw: [[UInt8]] = []
        func note(_ made: PeerSecrets) {
            if let key = made.privateKey { key.withBytes { raw.append($0) } }
            if let key = made.presharedKey { key.withBytes { raw.append($0) } }
        }
        var draft = try networkDraft()
        let key = PrivateKey.generate()
        draft.privateKey = key
        key.withBytes { raw.append($0) }
        let network = try await store.createNetwork(draft, options: .audited())
        var generator = SeededGenerator()
        for number in 0..<20 {
            let created = try await store.createPeer(in: network.id, peerDraft("p\(number)"), options: .audited())
            note(created.secrets)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                note(
                    try await store.updatePeer(in: network.id, created.peer.id, options: .audited()) { edit in
                        edit.keys = .generate
                        edit.presharedKey = .generate
                    }.secrets)
            case 1: _ = try await store.deletePeer(in: network.id, created.peer.id, options: .audited())
            case 2:
                _ = try await store.updatePeer(in: network.id, created.peer.id, options: .audited()) {
                    $0.keys = .forgetPrivateKey
                }
            default: break
            }
        }
        let token = try await store.createToken(
            try name("t"), role: .admin, expiresAt: nil, createdBy: "alice", options: .audited())
        secrets.append(token.secret.text)
        _ = try await store.revokeToken(named: "t", audit: .sample())
        #expect(raw.count > 40)
        secrets += raw.map { Data($0).base64EncodedString() }
        secrets += raw.map { bytes in
            bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.utf8.count == 1 ? "0" + digits : digits
            }.joined()
        }
        let log = try await store.rows(
            "SELECT actor || method || target || changes || requestID || origin || reason FROM audit"
        ).joined(separator: "\n")
        // The digest of the token is no secret, and yet has no place there; nor have sealed values.
        let digests = try await store.rows("SELECT hex(privateKey), hex(presharedKey) FROM peerSecret")
            .flatMap { $0.split(separator: "|").map { String($0).lowercased() } }
        for secret in secrets + digests where secret != "null" {
            #expect(!log.lowercased().contains(secret.lowercased()))
        }
        #expect(log.contains("preshared_key"))
        try store.close()
        let file = try Data(contentsOf: URL(filePath: "\(folder.path)/wgpilot.db"))
        for secret in secrets { #expect(file.firstRange(of: Data(secret.utf8)) == nil) }
        for bytes in raw { #expect(file.firstRange(of: Data(bytes)) == nil) }
    }

    /// Catches an import of ten thousand peers that writes megabytes, or that hides how many there were.
    @Test func anEntryIsBounded() async throws {
        let store = try StateStore.inMemory()
        var generator = SeededGenerator()
        let drafts = try (0..<10_000).map { try quickDraft("peer-\($0)", &generator) }
        _ = try await store.importNetwork(
            networkDraft(subnet: "10.8.0.0/16"), peers: drafts, options: .audited("wgpilot.v1.Networks/Import"))
        let entry = try #require(try await store.last())
        #expect(entry.target == "office")
        #expect(entry.changes.first?.kind == "network" && entry.changes.count <= AuditedChanges.mostObjects)
        #expect(Int64(entry.changes.count) + entry.omittedChanges == 10_001)
        let bytes = try await store.rows("SELECT length(changes) FROM audit")
        #expect(try #require(Int64(bytes[0])) < 128 << 10)
        _ = try await store.deleteNetwork(1, options: .audited())
        let deletion = try #require(try await store.last())
        #expect(deletion.target == "office" && deletion.changes.first?.name == "office")
        #expect(Int64(deletion.changes.count) + deletion.omittedChanges == 10_001)
        // One value that is long does not make the entry long.
        let network = try await store.createNetwork(networkDraft(), options: .audited())
        var long = try peerDraft("long")
        long.settings.notes = String(repeating: "n", count: 1000)
        _ = try await store.createPeer(in: network.id, long, options: .audited())
        let notes = try await store.last()?.changes.first?.fields.first { $0.field == "notes" }?.after
        #expect(notes?.unicodeScalars.count == AuditEntry.longestText)
        #expect(try await store.verifyAudit().fault == nil)
    }

    /// Catches a filter that lets through what it should not, and pages that lose or repeat entries.
    @Test func entriesAreFilteredAndPaged() async throws {
        let clock = TestClock()
        let start = clock.now
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft(), options: .audited("wgpilot.v1.Networks/Create"))
        for number in 0..<20 {
            clock.now = start + Int64(number)
            _ = try await store.createPeer(
                in: network.id, peerDraft("p\(number)"), options: .audited("wgpilot.v1.Peers/Create"))
        }
        var context = AuditContext.sample("wgpilot.v1.Peers/Delete")
        context.actor = AuditActor(kind: .user, name: "mallory", uid: 666)
        try await store.noteAudit(context, result: "PERMISSION_DENIED", reason: "role", count: 9)
        try await store.noteAudit(.sample("wgpilot.v1.Peers/Create", target: "office/x"), result: "ALREADY_EXISTS")

        func numbers(_ change: (inout AuditQuery) -> Void) async throws -> [Int64] {
            var query = AuditQuery(limit: 3)
            change(&query)
            var found: [Int64] = []
            while true {
                let page = try await store.auditEntries(query)
                #expect(page.items.count <= 3)
                found += page.items.map(\.entry.sequence)
                guard let next = page.next else { return found }
                query.before = next
            }
        }
        #expect(try await numbers { _ in } == (1...23).reversed())
        #expect(try await numbers { $0.since = start + 18 } == [23, 22, 21, 20])
        #expect(try await numbers { $0.until = start } == [2, 1])
        #expect(try await numbers { $0.actor = "mallory" } == [22])
        #expect(try await numbers { $0.actor = "666" } == [22])
        #expect(try await numbers { $0.method = "Networks/" } == [1])
        #expect(try await numbers { $0.method = "wgpilot.v1.Peers/Del" } == [22])
        #expect(try await numbers { $0.target = "office" } == (1...23).reversed().filter { $0 != 22 })
        #expect(try await numbers { $0.target = "office/p1" } == [3])
        #expect(try await numbers { $0.result = .failed } == [23, 22])
        #expect(try await numbers { $0.result = .refused } == [22])
        #expect(try await numbers { $0.result = .code("ALREADY_EXISTS") } == [23])
        #expect(try await numbers { $0.text = "MALLORY" } == [22])
        #expect(try await numbers { $0.text = "10.8.0.3" } == [3])
        #expect(try await numbers { $0.text = "' OR 1=1 --" } == [])
        #expect(try await numbers { $0.before = 3 } == [2, 1])
        for odd in [Int64.min, -1, 0, 1] { #expect(try await numbers { $0.before = odd } == []) }
        #expect(try await numbers { $0.before = .max }.count == 23)
        let exported = try await store.auditEntries(after: 20, limit: 2)
        #expect(exported.items.map(\.entry.sequence) == [21, 22] && exported.next == 22)
        var chain = AuditChain()
        for item in try await store.auditEntries(after: 0, limit: 100).items {
            try chain.follow(item.entry, previous: item.previous, hash: item.hash)
        }
        #expect(chain.hash == (try await store.verifyAudit()).hash)
    }
}
