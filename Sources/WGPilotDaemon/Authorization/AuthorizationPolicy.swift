import WGPilotProtocol
import WGPilotRPC

/// Who may do what: a pure function of the caller's identity, as the kernel gave it, and the method.
///
/// Nobody has a role unless something here gives one.
struct AuthorizationPolicy: Sendable {
    /// The outcome for one call.
    enum Decision: Equatable, Sendable {
        case allowed
        /// What is missing, as a sentence for the caller.
        case denied(String)
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

    /// Whether the caller may call the method.
    func evaluate(_ caller: PeerCredentials, _ method: MethodInfo) -> Decision {
        guard let role = role(of: caller) else {
            return .denied("user \(caller.uid) has no role here; join group wgpilot or be named in daemon.yaml")
        }
        guard role >= method.requiredRole else {
            return .denied(
                "\(method.fullName) needs role \(method.requiredRole.rawValue); user \(caller.uid) has role \(role.rawValue)"
            )
        }
        return .allowed
    }
}
