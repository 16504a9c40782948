import WGPilotCore
import WGPilotProtocol
import WGPilotRPC

/// Who may do what: a pure function of the caller's identity, as the kernel gave it, and the method.
///
/// Nobody has a role unless something here gives one.
struct AuthorizationPolicy: Sendable {
    /// The outcome for one call. What is missing is a sentence for the caller.
    enum Decision: Equatable, Sendable {
        case allowed
        /// The caller is known and may not.
        case denied(String)
        /// The gateway called for nobody.
        case unidentified(String)
    }

    /// The users and groups of each role, as numbers.
    var adminUsers: Set<UInt32> = []
    var adminGroups: Set<UInt32> = []
    var operatorUsers: Set<UInt32> = []
    var operatorGroups: Set<UInt32> = []
    var viewerUsers: Set<UInt32> = []
    var viewerGroups: Set<UInt32> = []
    var gatewayUser: UInt32?

    /// The role of a caller; nil for one without any.
    ///
    /// Root is admin. The gateway's user is the gateway and nothing more, whatever groups it is in. A user named as
    /// viewer is one even as a member of an operators' group: the narrower, explicit word about a person holds.
    func role(of caller: PeerCredentials) -> Role? {
        if caller.uid == 0 { return .admin }
        if caller.uid == gatewayUser { return .gateway }
        let groups = Set(caller.groups).union([caller.gid])
        if adminUsers.contains(caller.uid) { return .admin }
        if operatorUsers.contains(caller.uid) { return .operator }
        if viewerUsers.contains(caller.uid) { return .viewer }
        if !adminGroups.isDisjoint(with: groups) { return .admin }
        if !operatorGroups.isDisjoint(with: groups) { return .operator }
        if !viewerGroups.isDisjoint(with: groups) { return .viewer }
        return nil
    }

    /// A caller as the kernel knows it. The name comes later, for it must be looked up.
    func caller(_ credentials: PeerCredentials) -> Caller {
        Caller(
            uid: credentials.uid, role: role(of: credentials),
            actor: AuditActor(
                kind: .user, name: credentials.uid == 0 ? "root" : String(credentials.uid), uid: credentials.uid))
    }

    /// Whether the caller may call the method.
    func evaluate(_ caller: Caller, _ method: MethodInfo) -> Decision {
        guard let role = caller.role else {
            return .denied("\(caller.described) has no role here; join group wgpilot or be named in daemon.yaml")
        }
        if role >= method.requiredRole { return .allowed }
        if role == .gateway {
            return .unidentified(
                "\(method.fullName) needs role \(method.requiredRole.rawValue), and the gateway has none of its own: "
                    + "log in, or send a token")
        }
        return .denied(
            "\(method.fullName) needs role \(method.requiredRole.rawValue); \(caller.described) has role \(role.rawValue)"
        )
    }
}
