import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// Who calls: a user of the machine, or the bearer of a token behind the gateway.
struct Caller: Hashable, Sendable {
    /// The user id at the other end of the socket, by the kernel's word.
    var uid: UInt32
    /// What the caller may do; nil for nothing at all.
    var role: Role?
    /// As the audit log names the caller.
    var actor: AuditActor
    /// The session that the call bears; nil for callers that are no web users.
    var session: SessionReference?
    /// From where the call comes, as the audit log names it.
    var origin = Self.socket

    /// The origin of a call that comes from this machine.
    static let socket = "unix"
    /// The origin of a call that the gateway makes for a client that it does not name.
    static let unnamedClient = "gateway"

    /// Whose idempotency keys the caller's are.
    var keyScope: String {
        session.map { "web:\($0.userID)" } ?? actor.tokenID.map { "token:\($0)" } ?? "uid:\(uid)"
    }

    /// The caller in a refusal: `user 1000`, `token "backup"`, `web user "anna"`.
    var described: String {
        switch actor.kind {
        case .token: "token \(actor.name.quotedForMessage)"
        case .web: "web user \(actor.name.quotedForMessage)"
        case .user, .daemon: "user \(uid)"
        }
    }

    /// Makes it a web user behind the gateway.
    mutating func become(_ user: WebUser, in session: WebSession?) {
        role = Role(user.role)
        actor = AuditActor(kind: .web, name: user.name.description, uid: uid)
        self.session = session.map { SessionReference(userID: user.id, sessionID: $0.id) }
    }
}
