import GRDB
import WGPilotCore

@testable import WGPilotStore

extension AuditContext {
    /// A call by a user.
    static func sample(_ method: String = "wgpilot.v1.Test/Change", target: String = "asked") -> AuditContext {
        AuditContext(
            actor: AuditActor(kind: .user, name: "alice", uid: 1000), origin: "unix", method: method, target: target,
            requestID: "r1")
    }
}

extension WriteOptions {
    /// A change that the audit log tells of.
    static func audited(_ method: String = "wgpilot.v1.Test/Change") -> WriteOptions {
        var options = WriteOptions()
        options.audit = .sample(method)
        return options
    }
}

extension StateStore {
    /// All entries, oldest first.
    func log() async throws -> [AuditEntry] {
        try await auditEntries(after: 0, limit: 100_000).items.map(\.entry)
    }

    /// The newest entry.
    func last() async throws -> AuditEntry? {
        try await auditEntries(AuditQuery(limit: 1)).items.first?.entry
    }
}

extension AuditEntry {
    /// The changes as texts: `changed peer office/a: mtu 1420 > 1300`.
    var lines: [String] {
        changes.map { change in
            let fields = change.fields.map { "\($0.field) \($0.before ?? "-") > \($0.after ?? "-")" }
            return "\(change.action.rawValue) \(change.kind) \(change.name): \(fields.joined(separator: ", "))"
        }
    }
}
