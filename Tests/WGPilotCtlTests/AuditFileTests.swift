import Glibc
import Testing
import WGPilotCore
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("An exported audit log")
struct AuditFileTests {
    /// Lines as `audit export` writes them, with texts that JSON and CBOR each treat in their own way.
    private static func lines(_ count: Int64 = 5) -> [String] {
        var previous = AuditHash.zero
        return (1...count).map { number in
            let changes = [
                AuditChange(
                    action: .changed, kind: "peer", name: "büro/\"a\"\\\u{1F600}",
                    fields: [.init(field: "notes", before: "a\nb\u{7f}", after: nil)])
            ]
            let entry = AuditEntry(
                sequence: number, time: 1_800_000_000 + number,
                actor: AuditActor(kind: .user, name: "alice", uid: .max), origin: "unix", method: "m",
                target: "t\(number)/x", requestID: "r", count: number, changes: changes, omittedChanges: 3)
            let hash = entry.hash(after: previous)
            defer { previous = hash }
            return AuditLine.text(
                AuditEntryMessage(
                    sequence: number, time: entry.time, actorKind: "user", actor: "alice", uid: Int64(UInt32.max),
                    origin: "unix", method: "m", target: entry.target, result: "OK", reason: "", requestID: "r",
                    count: number,
                    changes: changes.map { change in
                        AuditChangeMessage(
                            action: change.action.rawValue, kind: change.kind, name: change.name,
                            fields: change.fields.map { .init(field: $0.field, before: $0.before, after: $0.after) })
                    }, omittedChanges: 3, previousHash: previous.description, hash: hash.description))
        }
    }

    private static func verdict(_ lines: [String]) throws -> AuditFile.Verdict {
        var path = Array("/tmp/wgpilot-ctl-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&path)
        try #require(descriptor >= 0)
        let bytes = Array(lines.joined().utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        defer { _ = unsafe unlink(path) }
        #expect(written == bytes.count)
        return try AuditFile.verify(String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    @Test("is one line an entry, and is followed to its end")
    func intact() throws {
        let lines = Self.lines()
        #expect(lines.allSatisfy { $0.hasSuffix("\n") && $0.dropLast().contains("\n") == false })
        let verdict = try Self.verdict(lines)
        #expect(verdict.problem == nil && verdict.count == 5 && verdict.chain.sequence == 5 && verdict.first == 1)
        let rest = try Self.verdict(Array(lines[2...]))
        #expect(rest.problem == nil && rest.count == 3 && rest.first == 3, "one that goes on where another ended")
        #expect(try Self.verdict([]).problem == nil)
    }

    @Test("each digit, letter and line counts")
    func tampered() throws {
        let lines = Self.lines()
        let changes: [(String, String)] = [
            ("t3/x", "t4/x"), ("\"count\": 3", "\"count\": 4"), ("\"changed\"", "\"deleted\""), ("\\n", " "),
            ("\"omitted_changes\": 3", "\"omitted_changes\": 0"), ("alice", "bob"), ("4294967295", "0"),
            ("\"before\"", "\"after\""), ("1800000003", "1800000004"), ("\"result\": \"OK\"", "\"result\": \"no\""),
        ]
        for (old, new) in changes {
            var altered = lines
            altered[2] = lines[2].replacing(old, with: new)
            #expect(altered[2] != lines[2])
            let verdict = try Self.verdict(altered)
            #expect(verdict.firstBad == 3 && verdict.problem?.hasPrefix("line 3") == true, "\(old)")
        }
        var gone = lines
        gone.remove(at: 2)
        #expect(try Self.verdict(gone).firstBad == 3)
        #expect(try Self.verdict([lines[0], lines[2], lines[1]]).firstBad == 2)
        #expect(try Self.verdict(lines + [lines[4]]).firstBad == 5)
        for junk in ["\n", "{}\n", "[]\n", "x\n", lines[4].dropLast(3) + "\n", "{\"sequence\": 1e400}\n"] {
            #expect(try Self.verdict([lines[0], String(junk)]).problem?.hasPrefix("line 2") == true)
        }
        #expect(try Self.verdict([lines[0], String(lines[1].dropLast())]).problem?.contains("cut off") == true)
    }

    @Test("a file that is not there is no verdict")
    func missing() {
        #expect(throws: CommandFault.self) { try AuditFile.verify("/nonexistent/wgpilot") }
    }

    @Test("an entry of a table is one line, whatever a name holds")
    func table() {
        let entry = AuditEntryMessage(
            sequence: 7, time: 1_800_000_000, actorKind: "token", actor: "backup", uid: 400, tokenID: 3,
            origin: "192.0.2.1", method: "wgpilot.v1.Peers/Update", target: "office/a\u{1b}[2J", result: "OK",
            reason: "", requestID: "r", count: 12,
            changes: [
                AuditChangeMessage(
                    action: "changed", kind: "peer", name: "office/a",
                    fields: [AuditFieldMessage(field: "mtu", before: nil, after: "1300")])
            ], omittedChanges: 2, previousHash: "", hash: "")
        let text = AuditListView(entries: [entry]).table(now: 1_800_000_000)
        #expect(text.split(separator: "\n").count == 2 && !text.contains("\u{1b}"))
        for part in ["token backup", "192.0.2.1", "Peers/Update", "OK ×12", "peer office/a: mtu none -> 1300; 2 more"] {
            #expect(text.contains(part))
        }
    }
}
