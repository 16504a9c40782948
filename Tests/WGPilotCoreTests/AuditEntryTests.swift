import Testing
import WGPilotCore

@Suite("The hash of an entry of the audit log")
struct AuditEntryTests {
    @Test("is what another implementation computes from the documented message")
    func golden() throws {
        let first = AuditSamples.first.hash(after: .zero)
        #expect(first.description == AuditSamples.firstHash)
        #expect(AuditSamples.second.hash(after: first).description == AuditSamples.secondHash)
    }

    @Test("covers every field: no change of one goes unseen")
    func everyField() throws {
        let hash = AuditSamples.first.hash(after: .zero)
        var altered: [AuditEntry] = []
        func alter(_ change: (inout AuditEntry) -> Void) {
            var entry = AuditSamples.first
            change(&entry)
            altered.append(entry)
        }
        alter { $0.sequence = 2 }
        alter { $0.time += 1 }
        alter { $0.actor.kind = .token }
        alter { $0.actor.name = "bob" }
        alter { $0.actor.uid = nil }
        alter { $0.actor.uid = 0 }
        alter { $0.actor.tokenID = 1 }
        alter { $0.origin = "127.0.0.1" }
        alter { $0.method = "wgpilot.v1.Networks/Delete" }
        alter { $0.target = "" }
        alter { $0.result = "NOT_FOUND" }
        alter { $0.reason = "x" }
        alter { $0.requestID = "a2" }
        alter { $0.count = 2 }
        alter { $0.omittedChanges = 1 }
        alter { $0.changes = [] }
        alter { $0.changes[0].action = .deleted }
        alter { $0.changes[0].kind = "peer" }
        alter { $0.changes[0].name = "home" }
        alter { $0.changes[0].fields.swapAt(0, 1) }
        alter { $0.changes[0].fields[0].field = "x" }
        alter { $0.changes[0].fields[0].after = nil }
        // A text that moves from one field to its neighbour.
        alter { $0.changes[0].fields[0] = .init(field: "name", before: "office") }
        for entry in altered { #expect(entry.hash(after: .zero) != hash) }
        #expect(Set(altered.map { $0.hash(after: .zero) }).count == altered.count)
        #expect(AuditSamples.first.hash(after: hash) != hash, "the entry before is not covered")
    }

    @Test("is read from its one spelling only", arguments: ["", "00", String(repeating: "A", count: 64), "0x"])
    func spelling(text: String) {
        #expect(AuditHash(hex: text) == nil)
        #expect(AuditHash(hex: AuditSamples.firstHash)?.description == AuditSamples.firstHash)
        #expect(AuditHash(bytes: [1]) == nil)
    }

    @Test("long texts are cut, and not in the middle of a scalar")
    func cut() {
        let long = String(repeating: "ä", count: 600)
        #expect(AuditEntry.cut(long).unicodeScalars.count == AuditEntry.longestText)
        #expect(AuditEntry.cut(long).hasSuffix("ä…"))
        let fits = String(repeating: "ä", count: 512)
        #expect(AuditEntry.cut(fits) == fits)
        // One character of ten thousand scalars is no way round the limit.
        let mark = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect(AuditEntry.cut(mark).unicodeScalars.count == AuditEntry.longestText)
    }
}
