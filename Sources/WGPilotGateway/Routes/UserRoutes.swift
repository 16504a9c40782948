import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/users`.
struct UserRoutes: Routes {
    let daemon: Daemon

    private static let password = Schema.Field("password", .secret(longest: 1024), "The password.", required: true)
    private static let create = Schema(
        "UserCreate",
        [
            .init("name", .name, "The name.", required: true, example: .text("anna")),
            .init("role", .role, "What the user may do.", required: true, example: .text("operator")), password,
            .init("email", .line, "The e-mail address."),
        ])
    private static let edit = Schema(
        "UserEdit",
        [
            .init("role", .role, "What the user may do."), .init("enabled", .flag, "Whether the user may log in."),
            .init("email", .line, "The e-mail address; empty for none."),
        ])
    private static let setPassword = Schema(
        "UserPassword", [password, .init("reset_totp", .flag, "Whether the second factor is taken away too.")])
    private static let code = Schema(
        "SetupCodeCreate",
        [
            .init("lifetime", .integer(60...86_400), "Seconds; by default 900."),
            .init("even_with_users", .flag, "Whether it is made though there are users."),
        ])

    func add(to router: GatewayRouter) {
        let list = Operation("listUsers", area: "Users", "All users.", access: .role("admin"))
            .answering(Schemas.userList)
        router.api(.get, "/api/users", list) { request in
            let reply = try await daemon.call(UsersService.list, Empty(), for: request.context)
            return ChangeAnswer.list("users", reply.users)
        }
        let create = Operation("createUser", area: "Users", "Makes a user.", access: .role("admin"))
            .taking(Self.create).answering(Schemas.user, .created).with { $0.hasVersion = true }
        router.api(.post, "/api/users", create) { request in
            let body = request.body
            let message = CreateUserRequest(
                name: body.text("name") ?? "", role: body.text("role") ?? "",
                password: body.secret("password") ?? SecretText(""), email: body.text("email"))
            return Self.answer(try await daemon.call(UsersService.create, message, for: request.context), .created)
        }
        let get = Operation("getUser", area: "Users", "One user.", access: .role("admin")).answering(Schemas.user)
            .with { $0.hasVersion = true }
        router.api(.get, "/api/users/{user}", get) { request in
            let reference = UserReference(user: try request.text("user"))
            return Self.answer(try await daemon.call(UsersService.get, reference, for: request.context))
        }
        addEdits(to: router)
        addSecrets(to: router)
    }

    private func addEdits(to router: GatewayRouter) {
        for method in [HTTPRequest.Method.patch, .put] {
            let edit = Operation(
                method == .patch ? "editUser" : "putUser", area: "Users", "Changes a user; what is absent stays.",
                access: .role("admin")
            ).taking(Self.edit).answering(Schemas.user).with {
                $0.needsVersion = true
                $0.hasVersion = true
            }
            router.api(method, "/api/users/{user}", edit) { request in
                let message = try Self.edited(request)
                return Self.answer(try await daemon.call(UsersService.update, message, for: request.context))
            }
        }
        let delete = Operation("deleteUser", area: "Users", "Deletes a user.", access: .role("admin"))
            .answering(Schemas.user).heedingVersion
        router.api(.delete, "/api/users/{user}", delete) { request in
            let reference = UserReference(
                user: try request.text("user"), ifUnchanged: try request.expectedVersion(isNeeded: false))
            return .json(try await daemon.call(UsersService.delete, reference, for: request.context).user)
        }
    }

    private static func edited(_ request: APIRequest) throws(HTTPFailure) -> UpdateUserRequest {
        let body = request.body
        return UpdateUserRequest(
            user: try request.text("user"), role: body.text("role"), enabled: body.flag("enabled"),
            email: body.text("email"), ifUnchanged: try request.expectedVersion())
    }

    private static func answer(_ reply: UserReply, _ status: HTTPResponse.Status = .ok) -> Response {
        .json(reply.user, status, headers: [.eTag: EntityTag.of(reply.user.updatedAt)])
    }

    private func addSecrets(to router: GatewayRouter) {
        let password = Operation(
            "setUserPassword", area: "Users", "Sets a user's password and ends the user's sessions.",
            access: .role("admin")
        ).taking(Self.setPassword).answering(Schemas.user).with { $0.hasVersion = true }
        router.api(.post, "/api/users/{user}/password", password) { request in
            let message = SetPasswordRequest(
                user: try request.text("user"), password: request.body.secret("password") ?? SecretText(""),
                resetTOTP: request.body.flag("reset_totp"))
            return Self.answer(try await daemon.call(UsersService.setPassword, message, for: request.context))
        }
        let reset = Operation(
            "resetUserTOTP", area: "Users", "Takes a user's second factor away.", access: .role("admin")
        ).answering(Schemas.user).with { $0.hasVersion = true }
        router.api(.post, "/api/users/{user}/reset-totp", reset) { request in
            let reference = UserReference(user: try request.text("user"))
            return Self.answer(try await daemon.call(UsersService.resetTOTP, reference, for: request.context))
        }
        let code = Operation(
            "createSetupCode", area: "Users", "Makes a code by which somebody becomes an admin, told this once.",
            access: .role("admin")
        ).taking(Self.code, isOptional: true).answering(Schemas.setupCode, .created)
        router.api(.post, "/api/users/setup-code", code) { request in
            let message = CreateSetupCodeRequest(
                lifetime: request.body.integer("lifetime"), evenWithUsers: request.body.flag("even_with_users"))
            let reply = try await daemon.call(UsersService.createSetupCode, message, for: request.context)
            return .json(.created) { json in
                json.object { json in
                    json.field("code", reply.code.revealed)
                    json.field("expires_at", reply.expiresAt)
                }
            }
        }
    }
}
