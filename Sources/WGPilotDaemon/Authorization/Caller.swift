import WGPilotCore
import WGPilotProtocol

/// Who calls: a user of the machine, or the bearer of a token behind the gateway.
struct Caller: Hashable, Sendable {
    /// The user id at the other end of the socket, by the kernel's word.
    var uid: UInt32
    /// What the caller may do; nil for nothing at all.
    var role: Role?
    /// As the audit log names the caller.
    var actor: AuditActor
    /// From where the call comes, as the audit log names it.
    var origin = Self.socket

    /// The origin of a call that comes from this machine.
    static let socket = "unix"
    /// The origin of a call that the gateway makes for a client that it does not name.
    static let unnamedClient = "gateway"

    /// Whose idempotency keys the caller's are.
    var keyScope: String { actor.tokenID.map { "token:\($0)" } ?? "uid:\(uid)" }

    /// The caller in a refusal: `user 1000`, `token "backup"`.
    var described: String {
        actor.kind == .token ? "token \(actor.name.quotedForMessage)" : "user \(uid)"
    }
}
