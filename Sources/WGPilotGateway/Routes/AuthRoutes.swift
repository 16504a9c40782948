import Hummingbird
import WGPilotCore
import WGPilotJSON
import WGPilotProtocol
import WGPilotQR

/// `/api/auth`: how a web user logs in and looks after the own account.
struct AuthRoutes: Routes {
    let daemon: Daemon
    private let isSetupNeeded = SharedAnswer<Bool>()

    init(daemon: Daemon) {
        self.daemon = daemon
    }

    private static let password = Schema.Field("password", .secret(longest: 1024), "The password.", required: true)
    private static let code = Schema.Field(
        "code", .secret(longest: 64), "A code of the second factor, or a recovery code.", required: true)
    private static let login = Schema(
        "LoginRequest",
        [
            .init("name", .name, "The name.", required: true, example: .text("anna")), password,
            .init("code", .secret(longest: 64), "A code of the second factor, where the caller has it already."),
        ])
    private static let setup = Schema(
        "SetupRequest",
        [
            .init("code", .secret(longest: 256), "The code of the set-up.", required: true),
            .init("name", .name, "The name of the admin to be.", required: true, example: .text("anna")), password,
        ])
    private static let proceed = Schema(
        "ContinueLogin",
        [.init("challenge", .secret(longest: 256), "What the first step answered.", required: true), code])
    private static let change = Schema(
        "PasswordChange",
        [
            .init("current_password", .secret(longest: 1024), "The present one.", required: true),
            .init("new_password", .secret(longest: 1024), "The one to be.", required: true),
        ])
    private static let own = Schema("OwnPassword", [password])
    private static let confirm = Schema("ConfirmTOTP", [code])

    func add(to router: GatewayRouter) {
        addLogins(to: router)
        addAccount(to: router)
        addSecondFactor(to: router)
    }

    private func addLogins(to router: GatewayRouter) {
        let state = Operation("getSetupState", area: "Auth", "Whether the first user is to be made.", access: .open)
            .answering(Schemas.setupState)
        router.api(.get, "/api/auth/setup", state) { request in
            let isNeeded = try await isSetupNeeded.get { () async throws(RPCError) in
                try await daemon.call(AuthService.setupState, Empty(), for: request.context.withoutCredential)
                    .setupNeeded
            }
            return .json { json in json.object { $0.field("setup_needed", isNeeded) } }
        }
        let setup = Operation("setUp", area: "Auth", "Makes the first admin, with a code.", access: .open)
            .taking(Self.setup).answering(Schemas.login, .created)
        router.api(.post, "/api/auth/setup", setup) { request in
            let body = request.body
            let message = SetupRequest(
                code: body.secret("code") ?? SecretText(""), name: body.text("name") ?? "",
                password: body.secret("password") ?? SecretText(""), userAgent: Self.userAgent(request))
            let reply = try await daemon.call(AuthService.setup, message, for: request.context.withoutCredential)
            isSetupNeeded.forget()
            return Self.answer(reply, request, .created)
        }
        let login = Operation(
            "logIn", area: "Auth", "Begins a session, or asks for the second factor.", access: .open
        ).taking(Self.login).answering(Schemas.login)
        router.api(.post, "/api/auth/login", login) { request in
            let body = request.body
            let message = LoginRequest(
                name: body.text("name") ?? "", password: body.secret("password") ?? SecretText(""),
                code: body.secret("code"), userAgent: Self.userAgent(request))
            let reply = try await daemon.call(AuthService.login, message, for: request.context.withoutCredential)
            return Self.answer(reply, request)
        }
        let proceed = Operation("continueLogin", area: "Auth", "Gives the second factor.", access: .open)
            .taking(Self.proceed).answering(Schemas.login)
        router.api(.post, "/api/auth/login/continue", proceed) { request in
            let body = request.body
            let message = ContinueLoginRequest(
                challenge: body.secret("challenge") ?? SecretText(""), code: body.secret("code") ?? SecretText(""))
            let reply = try await daemon.call(
                AuthService.continueLogin, message, for: request.context.withoutCredential)
            return Self.answer(reply, request)
        }
    }

    private func addAccount(to router: GatewayRouter) {
        let logout = Operation("logOut", area: "Auth", "Ends the session.", access: .role("viewer"))
            .with {
                $0.status = .noContent
                // The cookie goes, whatever it is worth.
                $0.confirmsCaller = false
            }
        router.api(.post, "/api/auth/logout", logout) { request in
            let gone = SessionCookie.clear(isSecure: request.context.isSecure)
            do throws(RPCError) {
                _ = try await daemon.call(AuthService.logout, Empty(), for: request.context)
            } catch  where error.code == .unauthenticated {
                // It has ended already; the cookie goes all the same.
            }
            return Response(status: .noContent, headers: [.setCookie: gone])
        }
        let me = Operation("whoAmI", area: "Auth", "Who the hub takes the caller for.", access: .role("viewer"))
            .answering(Schemas.me)
        router.api(.get, "/api/auth/me", me) { request in
            let reply = try await daemon.call(AuthService.whoAmI, Empty(), for: request.context)
            return .json { json in
                json.object { json in
                    json.field("kind", reply.kind)
                    json.field("name", reply.name)
                    json.field("role", reply.role)
                    json.field("user", reply.user)
                    json.field("session", reply.session)
                }
            }
        }
        let change = Operation(
            "changePassword", area: "Auth", "Sets the own password, ends all own sessions and begins another one.",
            access: .role("viewer")
        ).taking(Self.change).answering(Schemas.login)
        router.api(.post, "/api/auth/password", change) { request in
            let body = request.body
            let message = ChangePasswordRequest(
                currentPassword: body.secret("current_password") ?? SecretText(""),
                newPassword: body.secret("new_password") ?? SecretText(""), userAgent: Self.userAgent(request))
            let reply = try await daemon.call(AuthService.changePassword, message, for: request.context)
            return Self.answer(reply, request)
        }
    }

    private func addSecondFactor(to router: GatewayRouter) {
        let enrol = Operation(
            "enrolTOTP", area: "Auth", "Makes the secret of a second factor, told this once.", access: .role("viewer")
        ).taking(Self.own).answering(Schemas.totp)
        router.api(.post, "/api/auth/totp", enrol) { request in
            let reply = try await daemon.call(AuthService.enrolTOTP, Self.own(request), for: request.context)
            let code = try? QRCode.encode(reply.uri.revealed)
            return .json { json in
                json.object { json in
                    json.field("secret", reply.secret.revealed)
                    json.field("uri", reply.uri.revealed)
                    json.field("qr_svg", code?.svg() ?? "")
                }
            }
        }
        let confirm = Operation(
            "confirmTOTP", area: "Auth", "Switches the second factor on, with a code that it made.",
            access: .role("viewer")
        ).taking(Self.confirm).answering(Schemas.recoveryCodes)
        router.api(.post, "/api/auth/totp/confirm", confirm) { request in
            let message = ConfirmTOTPRequest(code: request.body.secret("code") ?? SecretText(""))
            return Self.answer(try await daemon.call(AuthService.confirmTOTP, message, for: request.context))
        }
        let disable = Operation(
            "disableTOTP", area: "Auth", "Switches the own second factor off.", access: .role("viewer")
        ).taking(Self.own).answering(Schemas.user)
        router.api(.post, "/api/auth/totp/disable", disable) { request in
            let reply = try await daemon.call(AuthService.disableTOTP, Self.own(request), for: request.context)
            return .json(reply.user)
        }
        let codes = Operation(
            "regenerateRecoveryCodes", area: "Auth", "Makes new recovery codes, told this once.",
            access: .role("viewer")
        ).taking(Self.own).answering(Schemas.recoveryCodes)
        router.api(.post, "/api/auth/recovery-codes", codes) { request in
            let reply = try await daemon.call(
                AuthService.regenerateRecoveryCodes, Self.own(request), for: request.context)
            return Self.answer(reply)
        }
    }

    private static func own(_ request: APIRequest) -> OwnPasswordRequest {
        OwnPasswordRequest(password: request.body.secret("password") ?? SecretText(""))
    }

    private static func userAgent(_ request: APIRequest) -> String? {
        request.request.headers[.userAgent].map { String($0.prefix(512)) }
    }

    /// Who is logged in now, with the cookie of the new session: whatever cookie came with the request is overwritten, so that
    /// nobody goes on in a session that somebody else chose.
    private static func answer(
        _ reply: LoginReply, _ request: APIRequest, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers: HTTPFields = [:]
        if let grant = reply.session {
            headers[.setCookie] = SessionCookie.set(
                grant.secret.revealed, lifetime: grant.session.expiresAt - grant.session.createdAt,
                isSecure: request.context.isSecure)
        }
        return .json(status, headers: headers) { json in
            json.object { json in
                json.field("user", reply.session?.user)
                json.field("session", reply.session?.session)
                if let challenge = reply.challenge {
                    json.field("challenge") { json in
                        json.object { json in
                            json.field("secret", challenge.secret.revealed)
                            json.field("expires_at", challenge.expiresAt)
                            json.field("attempts_left", challenge.attemptsLeft)
                        }
                    }
                }
            }
        }
    }

    private static func answer(_ reply: RecoveryCodesReply) -> Response {
        .json { json in
            json.object { json in
                json.field("recovery_codes", reply.codes.map(\.revealed))
                json.field("user", reply.user)
            }
        }
    }
}

extension GatewayContext {
    /// The same without what the caller shows: a login is nobody's yet.
    var withoutCredential: GatewayContext {
        var context = self
        context.credential = nil
        return context
    }
}
