import FoundationEssentials
import WGPilotCore
import WGPilotJSON
import WGPilotProtocol

/// One entry of the audit log as a line of an exported file.
enum AuditLine {
    /// The line, with its line break.
    static func text(_ entry: AuditEntryMessage) -> String {
        var json = JSONText(isCompact: true)
        AuditEntryView(entry: entry).write(to: &json)
        return json.text
    }

    /// An entry with the hashes that stand beside it.
    struct Read {
        var entry: AuditEntry
        var previous: AuditHash
        var hash: AuditHash
    }

    /// Reads a line; nil for one that is none.
    static func read(_ bytes: [UInt8]) -> Read? {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)),
            let kind = AuditActor.Kind(rawValue: line.actor_kind), let previous = AuditHash(hex: line.previous_hash),
            let hash = AuditHash(hex: line.hash)
        else { return nil }
        let entry = AuditEntry(
            sequence: line.sequence, time: line.time,
            actor: AuditActor(kind: kind, name: line.actor, uid: line.uid, tokenID: line.token_id),
            origin: line.origin, method: line.method, target: line.target, result: line.result, reason: line.reason,
            requestID: line.request_id, count: line.count, changes: line.changes, omittedChanges: line.omitted_changes)
        return Read(entry: entry, previous: previous, hash: hash)
    }

    /// The fields by the names that they have in the file.
    private struct Line: Decodable {
        var sequence: Int64
        var time: Int64
        var actor_kind: String
        var actor: String
        var uid: UInt32?
        var token_id: Int64?
        var origin: String
        var method: String
        var target: String
        var result: String
        var reason: String
        var request_id: String
        var count: Int64
        var changes: [AuditChange]
        var omitted_changes: Int64
        var previous_hash: String
        var hash: String
    }
}
