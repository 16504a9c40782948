import Logging
import Synchronization
import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

@testable import WGPilotDaemon

/// Every method with every kind of caller, and what is to come of it.
@Suite("Every method and every kind of caller")
struct AuthorizationMatrixTests {
    /// The columns of ``table``, in its order.
    private enum Kind: CaseIterable {
        case root, adminByUser, adminByGroup, operatorByGroup, viewer, nobody
        case gateway, adminToken, operatorToken, viewerToken
        case expiredToken, revokedToken, unknownToken, malformedToken, otherScheme
        case operatorWithToken
        case adminSession, operatorSession, viewerSession
        case endedSession
    }

    /// `Y` allowed, `D` denied for the role, `N` no user named, `B` a bad token, `X` a token where none belongs. In groups:
    /// users of the machine; the gateway alone and with good tokens; with bad tokens; an operator with a token; the gateway with
    /// good sessions, and with one that ended.
    private static let table: [String: String] = [
        "wgpilot.v1.System/Info": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.System/Health": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.System/Reconcile": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.System/Drift": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.System/ResolveDrift": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.System/PendingChange": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.System/Confirm": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.System/Undo": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/List": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Networks/Get": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Networks/Create": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Update": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Delete": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Enable": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Disable": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Import": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/RegenerateKeys": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Networks/Export": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Networks/History": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Bridges/List": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Bridges/Get": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Bridges/Create": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Bridges/Update": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Bridges/Delete": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Rules/List": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Rules/Get": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Rules/Create": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Rules/Update": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Rules/Delete": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Rules/Reach": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Peers/List": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Peers/Get": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Peers/Create": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/CreateBatch": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Update": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Delete": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Enable": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Disable": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/RotateKeys": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Config": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/Connections": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/FlushConnections": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Peers/History": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Peers/Sessions": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Peers/PurgeHistory": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Links/List": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Links/Create": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Links/Revoke": "YYYYDD NYYD BBBBB X YYD B",
        "wgpilot.v1.Links/Redeem": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.Watch/Changes": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Audit/List": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Audit/Export": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Audit/Verify": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Tokens/List": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Tokens/Create": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Tokens/Revoke": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Auth/Setup": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/SetupState": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/Login": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/ContinueLogin": "YYYYYD YYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/Logout": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/WhoAmI": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/ChangePassword": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/EnrolTOTP": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/ConfirmTOTP": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/DisableTOTP": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Auth/RegenerateRecoveryCodes": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Sessions/List": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Sessions/Revoke": "YYYYYD NYYY BBBBB X YYY B",
        "wgpilot.v1.Users/List": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/Get": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/Create": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/Update": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/Delete": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/SetPassword": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/ResetTOTP": "YYYDDD NYDD BBBBB X YDD B",
        "wgpilot.v1.Users/CreateSetupCode": "YYYDDD NYDD BBBBB X YDD B",
    ]

    @Test("the table has every method there is, and none that there is not")
    func tableIsWhole() {
        #expect(Set(Self.table.keys) == Set(MethodTable.all.map(\.fullName)))
        for (method, row) in Self.table {
            #expect(row.filter { $0 != " " }.count == Kind.allCases.count, "\(method)")
        }
    }

    @Test("every call is decided as the table says, and every refusal is told to the audit log")
    func decisions() async throws {
        try await DaemonFixture.with { daemon, _ in
            let callers = try await callers(daemon)
            let names = UserNames()
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let interceptor = AuthorizationInterceptor(
                policy: daemon.policy, store: daemon.store, names: names, sessionIdle: 3600, logger: logger)
            for method in MethodTable.all {
                let row = Array((Self.table[method.fullName] ?? "").filter { $0 != " " })
                for (kind, expected) in zip(Kind.allCases, row) {
                    guard let (credentials, metadata) = callers[kind] else { continue }
                    let context = ServerContext(method: method, credentials: credentials, metadata: metadata)
                    let decision = await decision(interceptor, context)
                    #expect(decision == expected, "\(method.fullName) as \(kind)")
                }
            }
        }
    }

    private func decision(_ interceptor: AuthorizationInterceptor, _ context: ServerContext) async -> Character {
        let wasReached = Mutex(false)
        do {
            _ = try await interceptor.intercept(context) { _ in
                wasReached.withLock { $0 = true }
                return []
            }
            return wasReached.withLock { $0 } ? "Y" : "?"
        } catch let error as RPCError {
            if wasReached.withLock({ $0 }) { return "?" }
            switch (error.code, error.reason) {
            case (.permissionDenied, "role"): return "D"
            case (.unauthenticated, "no_token"): return "N"
            case (.unauthenticated, "bad_token"): return "B"
            case (.invalidArgument, "unexpected_authorization"): return "X"
            default: return "?"
            }
        } catch {
            return "?"
        }
    }

    private func callers(
        _ daemon: DaemonFixture
    ) async throws -> [Kind: (credentials: PeerCredentials, metadata: Metadata)] {
        func token(
            _ name: String, _ role: APIToken.Role, expiresAt: Int64? = nil
        ) async throws -> Metadata {
            let made = try await daemon.store.createToken(
                DisplayName(name), role: role, expiresAt: expiresAt, createdBy: "root")
            return ["authorization": "Bearer \(made.secret.text)"]
        }
        func session(_ role: APIToken.Role, ended: Bool = false) async throws -> Metadata {
            let password = try #require(Password(presented: "x"))
            let hash = try PasswordHash.make(password, cost: PasswordHash.Cost(memory: 8, passes: 1))
            let user = try await daemon.store.createUser(
                UserDraft(name: UserName("\(role) \(ended)"), role: role, hash: hash))
            let begun = try await daemon.store.beginSession(
                of: user, WebSession.Client(address: "", agent: nil), WebSession.Lifetimes(idle: 60, absolute: 60))
            if ended { try await daemon.store.endSession(begun.session.id) }
            return ["authorization": "Bearer \(begun.secret.text)"]
        }
        let gateway = PeerCredentials(uid: 400, gid: 9000, pid: 1, groups: [20, 10])
        let someOperator = PeerCredentials(uid: 1000, gid: 9000, pid: 1, groups: [20])
        let viewerToken = try await token("viewer", .viewer)
        let adminToken = try await token("admin", .admin)
        let revoked = try await token("revoked", .admin)
        try await daemon.store.revokeToken(named: "revoked")
        let expired = try await token("expired", .admin, expiresAt: DaemonFixture.now + 1)
        daemon.clock.advance(by: 1)
        return [
            .root: (DaemonFixture.root, [:]),
            .adminByUser: (PeerCredentials(uid: 100, gid: 9000), [:]),
            .adminByGroup: (PeerCredentials(uid: 1001, gid: 9000, groups: [10]), [:]),
            .operatorByGroup: (someOperator, [:]),
            // A viewer by name stays one in any group.
            .viewer: (PeerCredentials(uid: 300, gid: 9000, groups: [20, 10]), [:]),
            .nobody: (PeerCredentials(uid: 65534, gid: 65534), [:]),
            .gateway: (gateway, [:]),
            .adminToken: (gateway, adminToken),
            .operatorToken: (gateway, try await token("operator", .operator)),
            .viewerToken: (gateway, viewerToken),
            .expiredToken: (gateway, expired),
            .revokedToken: (gateway, revoked),
            .unknownToken: (gateway, ["authorization": "Bearer \(TokenSecret.generate().text)"]),
            .malformedToken: (gateway, ["authorization": "Bearer wgp_"]),
            .otherScheme: (gateway, ["authorization": "Basic YTpi"]),
            .operatorWithToken: (someOperator, adminToken),
            .adminSession: (gateway, try await session(.admin)),
            .operatorSession: (gateway, try await session(.operator)),
            .viewerSession: (gateway, try await session(.viewer)),
            .endedSession: (gateway, try await session(.admin, ended: true)),
        ]
    }

    @Test("what is refused tells what is missing")
    func messages() async throws {
        try await DaemonFixture.with { daemon, _ in
            let policy = daemon.policy
            func reason(_ credentials: PeerCredentials, _ method: MethodInfo) -> String {
                switch policy.evaluate(policy.caller(credentials), method) {
                case .allowed: "allowed"
                case .denied(let reason), .unidentified(let reason): reason
                }
            }
            #expect(
                reason(PeerCredentials(uid: 65534, gid: 65534), NetworksService.list.info)
                    == "user 65534 has no role here; join group wgpilot or be named in daemon.yaml")
            #expect(
                reason(PeerCredentials(uid: 300, gid: 1), PeersService.create.info)
                    == "wgpilot.v1.Peers/Create needs role operator; user 300 has role viewer")
            #expect(reason(PeerCredentials(uid: 400, gid: 1), PeersService.create.info).contains("send a token"))
            var caller = policy.caller(PeerCredentials(uid: 400, gid: 1))
            caller.role = .viewer
            caller.actor = AuditActor(kind: .token, name: "backup", uid: 400, tokenID: 3)
            #expect(
                policy.evaluate(caller, PeersService.create.info)
                    == .denied("wgpilot.v1.Peers/Create needs role operator; token \"backup\" has role viewer"))
        }
    }

    @Test(
        "a token is read by RFC 6750 and by nothing else",
        arguments: [
            ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER abc", "abc"), ("Bearer  abc", " abc"),
            ("Bearer", nil),
            ("Bearerabc", nil), ("Token abc", nil), ("", nil), (" Bearer abc", nil), ("Bearer\tabc", nil),
        ] as [(String, String?)])
    func bearer(value: String, token: String?) {
        #expect(CallMetadata.bearer(value).map(String.init) == token)
    }
}
