import FoundationEssentials
import GRDB
import Testing
import WGPilotCore

@testable import WGPilotStore

/// What somebody with write access to the file, but without the master key, can do to the audit log, and that it shows.
@Suite struct AuditTamperTests {
    private static func store() async throws -> StateStore {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(), options: .audited())
        for number in 0..<9 {
            _ = try await store.createPeer(in: network.id, peerDraft("p\(number)"), options: .audited())
        }
        return store
    }

    /// Catches a column that the hash does not cover.
    @Test(arguments: [
        "time = time + 1", "actorKind = 'token'", "actor = 'bob'", "uid = 0", "uid = NULL", "tokenID = 1",
        "origin = '192.0.2.1'", "method = 'x'", "target = ''", "result = 'NOT_FOUND'", "reason = 'x'", "requestID = ''",
        "count = 2", "omittedChanges = 1", "changes = '[]'", "changes = replace(changes, 'office', 'home')",
        "changes = replace(changes, ',', ', ')", "changes = '[{}]'", "actorKind = 'nobody'", "hash = zeroblob(32)",
    ])
    func aChangedEntryIsFound(change: String) async throws {
        let store = try await Self.store()
        try await store.sql("UPDATE audit SET \(change) WHERE sequence = 5")
        let verdict = try await store.verifyAudit()
        #expect(verdict.fault?.sequence == 5, "\(change): \(String(describing: verdict.fault))")
    }

    /// Catches an entry that is taken out in the middle, at the beginning or at the end.
    @Test(
        arguments: [
            ("DELETE FROM audit WHERE sequence = 5", 5), ("DELETE FROM audit WHERE sequence = 1", 1),
            ("DELETE FROM audit WHERE sequence = 10", 10), ("DELETE FROM audit WHERE sequence > 3", 4),
            ("DELETE FROM audit", 1), ("DELETE FROM audit WHERE sequence BETWEEN 3 AND 6", 3),
            ("DELETE FROM audit WHERE sequence = 5; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 5", 5),
        ] as [(String, Int64)])
    func anEntryThatIsGoneIsFound(sql: String, first: Int64) async throws {
        let store = try await Self.store()
        try await store.sql(sql)
        #expect(try await store.verifyAudit().fault?.sequence == first)
        // The log goes on, and is not whole again for that.
        _ = try await store.createPeer(in: 1, peerDraft("later"), options: .audited())
        #expect(try await store.verifyAudit().fault?.sequence == first)
    }

    /// Catches the cutting off of the end together with what says where the end is.
    @Test func anEndThatWasMovedIsFound() async throws {
        let store = try await Self.store()
        try await store.sql(
            """
            DELETE FROM audit WHERE sequence > 7;
            UPDATE auditHead SET sequence = 7, hash = (SELECT hash FROM audit WHERE sequence = 7);
            """)
        var fault = try #require(try await store.verifyAudit().fault)
        #expect(fault.sequence == 7 && fault.problem.contains("authentic"))
        // The next entries do not make it good: we sign nothing that we did not find signed.
        for number in 0..<3 {
            _ = try await store.createPeer(in: 1, peerDraft("later\(number)"), options: .audited())
        }
        fault = try #require(try await store.verifyAudit().fault)
        #expect(fault.problem.contains("authentic"))
    }

    @Test(arguments: ["DELETE FROM auditHead", "DELETE FROM auditHead; DELETE FROM audit"])
    func aHeadThatIsGoneIsFound(sql: String) async throws {
        let store = try await Self.store()
        try await store.sql(sql)
        #expect(try await store.verifyAudit().fault != nil)
        _ = try await store.createPeer(in: 1, peerDraft("later"), options: .audited())
        #expect(try await store.verifyAudit().fault != nil)
    }

    /// Catches an entry that was put in behind the end, and one that takes the place of another with a chain made anew.
    @Test func anEntryThatWasPutInIsFound() async throws {
        let store = try await Self.store()
        let last = try #require(try await store.auditEntries(AuditQuery(limit: 1)).items.first)
        var forged = last.entry
        forged.sequence = 11
        forged.target = "forged"
        try await store.insert(forged, after: last.hash)
        #expect(try await store.verifyAudit().fault?.sequence == 11)

        let whole = try await Self.store()
        let items = try await whole.auditEntries(after: 0, limit: 100).items
        var previous = items[3].hash
        for item in items[4...] {
            var entry = item.entry
            if entry.sequence == 5 { entry.actor = AuditActor(kind: .user, name: "eve", uid: 1) }
            try await whole.insert(entry, after: previous)
            previous = entry.hash(after: previous)
        }
        // Every hash fits; only the head knows.
        let fault = try #require(try await whole.verifyAudit().fault)
        #expect(fault.sequence == 10)
        #expect(try await whole.verifyAudit((7, items[6].hash)).fault != nil)
    }

    /// Catches a log that was replaced as a whole by an older state of itself: only what is kept elsewhere knows better.
    @Test func anOlderStateIsFoundByACheckpoint() async throws {
        let store = try await Self.store()
        let head = try await store.rows("SELECT sequence, hex(hash), hex(mac) FROM auditHead")[0].split(separator: "|")
        _ = try await store.createPeer(in: 1, peerDraft("later"), options: .audited())
        let known = try await store.verifyAudit()
        #expect(try await store.verifyAudit((known.sequence, known.hash)).fault == nil)
        try await store.sql(
            """
            DELETE FROM audit WHERE sequence > 10;
            UPDATE auditHead SET sequence = \(head[0]), hash = x'\(head[1])', mac = x'\(head[2])';
            """)
        #expect(try await store.verifyAudit().fault == nil)
        #expect(try await store.verifyAudit((known.sequence, known.hash)).fault?.sequence == 11)
        for odd in [Int64.min, 0, .max] { #expect(try await store.verifyAudit((odd, known.hash)).fault != nil) }
    }

    /// Catches a head that another master key would vouch for.
    @Test func theHeadNeedsTheMasterKey() async throws {
        let store = try await Self.store()
        let verdict = try await store.verifyAudit()
        let code = AuditKey(.generate()).code(verdict.sequence, verdict.hash)
        try await store.sql(
            "UPDATE auditHead SET mac = x'\(code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())'"
        )
        #expect(try await store.verifyAudit().fault?.problem.contains("authentic") == true)
        let (key, other) = (MasterKey.generate(), MasterKey.generate())
        #expect(AuditKey(key).isValid(AuditKey(key).code(3, .zero), 3, .zero))
        #expect(!AuditKey(key).isValid(AuditKey(key).code(3, .zero), 4, .zero))
        #expect(!AuditKey(other).isValid(AuditKey(key).code(3, .zero), 3, .zero))
        #expect(!AuditKey(key).isValid([], 3, .zero))
    }

    /// Catches a chain that does not outlive the process, and numbers far off that end it.
    @Test func theLogOutlivesTheProcess() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        for number in 0..<3 {
            let store = try StateStore.open(directory: folder.path)
            _ = try await store.createNetwork(
                networkDraft("n\(number)", subnet: "10.\(number).0.0/24"), options: .audited())
            #expect(
                try await store.verifyAudit()
                    == AuditVerdict(
                        sequence: Int64(number + 1), hash: try await store.verifyAudit().hash, fault: nil))
            try store.close()
        }
        let store = try StateStore.open(directory: folder.path)
        try await store.sql("UPDATE auditHead SET sequence = 9223372036854775807")
        #expect(try await store.verifyAudit().fault?.sequence == 4)
        let error = try await storeError {
            try await store.createNetwork(networkDraft("x", subnet: "10.9.0.0/24"), options: .audited())
        }
        #expect(error.code == .exhausted)
        try store.close()
    }
}

extension StateStore {
    /// Writes an entry with a hash that fits, as a forger would.
    fileprivate func insert(_ entry: AuditEntry, after previous: AuditHash) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let changes = String(decoding: try encoder.encode(entry.changes), as: UTF8.self)
        try await writer.writeWithoutTransaction { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    entry.sequence, entry.time, entry.actor.kind.rawValue, entry.actor.name,
                    entry.actor.uid.map { Int64($0) }, entry.actor.tokenID, entry.origin, entry.method, entry.target,
                    entry.result, entry.reason, entry.requestID, entry.count, changes, entry.omittedChanges,
                    Data(entry.hash(after: previous).bytes),
                ])
        }
    }
}
