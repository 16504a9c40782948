public import WGPilotCore

/// Who asks for a change, and how the audit log names what was asked for.
public struct AuditContext: Hashable, Sendable {
    /// Who.
    public var actor: AuditActor
    /// From where; see ``AuditEntry/origin``.
    public var origin: String
    /// The method, by its full name.
    public var method: String
    /// What the caller named; where the change was about one object the log has that one's own name instead.
    public var target: String
    /// The id of the call.
    public var requestID: String

    /// Makes it from its parts.
    public init(actor: AuditActor, origin: String, method: String, target: String = "", requestID: String = "") {
        self.actor = actor
        self.origin = origin
        self.method = method
        self.target = target
        self.requestID = requestID
    }

    /// The same with another target.
    func named(_ target: String) -> AuditContext {
        var context = self
        context.target = target
        return context
    }

    /// Something that the daemon does by itself.
    public static func daemon(_ method: String, target: String = "") -> AuditContext {
        AuditContext(actor: .daemon, origin: "daemon", method: method, target: target)
    }
}
