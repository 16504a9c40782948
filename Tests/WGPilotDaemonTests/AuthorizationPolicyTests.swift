import Testing
import WGPilotProtocol
import WGPilotRPC

@testable import WGPilotDaemon

@Suite("Who may do what")
struct AuthorizationPolicyTests {
    private let policy: AuthorizationPolicy = {
        var policy = AuthorizationPolicy()
        policy.adminUsers = [100]
        policy.adminGroups = [10]
        policy.operatorUsers = [200]
        policy.operatorGroups = [20]
        policy.viewerUsers = [300]
        policy.viewerGroups = [30]
        policy.gatewayUser = 400
        return policy
    }()

    private static func caller(_ uid: UInt32, gid: UInt32 = 9000, groups: [UInt32] = []) -> PeerCredentials {
        PeerCredentials(uid: uid, gid: gid, pid: 1, groups: groups)
    }

    @Test(
        "each kind of caller gets the role that the configuration says, and the narrower word about a person holds",
        arguments: [
            (caller(0), Role.admin), (caller(100), .admin), (caller(1, groups: [10]), .admin),
            (caller(200), .operator), (caller(1, gid: 20), .operator), (caller(1, groups: [5, 20]), .operator),
            (caller(300), .viewer), (caller(300, groups: [20, 10]), .viewer), (caller(1, groups: [30]), .viewer),
            (caller(400, groups: [20, 10]), .gateway), (caller(1), nil), (caller(1, gid: 21, groups: [22]), nil),
        ] as [(PeerCredentials, Role?)])
    func role(caller: PeerCredentials, expected: Role?) {
        #expect(policy.role(of: caller) == expected)
    }

    @Test("nobody has a role where nothing gives one", arguments: [1, 65534, UInt32.max])
    func defaultDeny(uid: UInt32) {
        #expect(AuthorizationPolicy().role(of: Self.caller(uid, gid: uid, groups: [uid])) == nil)
    }

    @Test("a caller without a role may call no method at all")
    func strangers() {
        for method in MethodTable.all {
            guard case .denied(let reason) = policy.evaluate(policy.caller(Self.caller(1)), method) else {
                Issue.record("\(method.fullName) was allowed")
                continue
            }
            #expect(reason.contains("wgpilot"))
        }
    }

    @Test("every method is allowed from its role upwards and refused below, with both roles named")
    func everyMethodAndRole() {
        let callers: [(Role, PeerCredentials)] = [
            (.gateway, Self.caller(400)), (.viewer, Self.caller(300)), (.operator, Self.caller(200)),
            (.admin, Self.caller(0)),
        ]
        for method in MethodTable.all {
            for (role, caller) in callers {
                switch policy.evaluate(policy.caller(caller), method) {
                case .unidentified(let reason):
                    #expect(role == .gateway && method.requiredRole > .gateway, "\(method.fullName) as \(role)")
                    #expect(reason.contains(method.requiredRole.rawValue))
                case .allowed: #expect(role >= method.requiredRole, "\(method.fullName) as \(role)")
                case .denied(let reason):
                    #expect(role < method.requiredRole, "\(method.fullName) as \(role)")
                    #expect(reason.contains(method.requiredRole.rawValue) && reason.contains(role.rawValue))
                }
            }
        }
    }

    @Test("the gateway by itself may ask for health, log somebody in, fetch what a link leads to, and nothing else")
    func gatewayAlone() {
        let allowed = MethodTable.all.filter { policy.evaluate(policy.caller(Self.caller(400)), $0) == .allowed }
        #expect(
            allowed.map(\.fullName) == [
                "wgpilot.v1.System/Health", "wgpilot.v1.Links/Redeem", "wgpilot.v1.Auth/SetupState",
                "wgpilot.v1.Auth/Setup", "wgpilot.v1.Auth/Login", "wgpilot.v1.Auth/ContinueLogin",
            ])
    }

    @Test("no viewer reads a secret or changes anything, but by a link, or of the own account and sessions")
    func viewers() {
        let viewer = policy.caller(Self.caller(300))
        let allowed = MethodTable.all.filter { policy.evaluate(viewer, $0) == .allowed }.map(\.fullName)
        #expect(
            Set(allowed) == [
                "wgpilot.v1.System/Health", "wgpilot.v1.System/Info", "wgpilot.v1.Networks/List",
                "wgpilot.v1.Networks/Get", "wgpilot.v1.Peers/List", "wgpilot.v1.Peers/Get",
                "wgpilot.v1.Bridges/List", "wgpilot.v1.Bridges/Get", "wgpilot.v1.Rules/List", "wgpilot.v1.Rules/Get",
                "wgpilot.v1.Rules/Reach", "wgpilot.v1.System/Drift", "wgpilot.v1.System/PendingChange",
                "wgpilot.v1.Watch/Changes", "wgpilot.v1.Links/Redeem", "wgpilot.v1.Auth/SetupState",
                "wgpilot.v1.Auth/Setup", "wgpilot.v1.Auth/Login", "wgpilot.v1.Auth/ContinueLogin",
                "wgpilot.v1.Auth/Logout", "wgpilot.v1.Auth/WhoAmI", "wgpilot.v1.Auth/ChangePassword",
                "wgpilot.v1.Auth/EnrolTOTP", "wgpilot.v1.Auth/ConfirmTOTP", "wgpilot.v1.Auth/DisableTOTP",
                "wgpilot.v1.Auth/RegenerateRecoveryCodes", "wgpilot.v1.Sessions/List", "wgpilot.v1.Sessions/Revoke",
                "wgpilot.v1.Networks/History", "wgpilot.v1.Peers/History", "wgpilot.v1.Peers/Sessions",
            ])
    }
}
