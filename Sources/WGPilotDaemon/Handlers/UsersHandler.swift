import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``UsersService``.
struct UsersHandler: Sendable {
    let hub: Hub

    private static let defaultLifetime: Int64 = 900

    func register(in router: inout RPCRouter) {
        router.register(UsersService.list) { _, _ in
            let users = try await hub.stored { () async throws(StoreError) in try await hub.store.users() }
            return ListUsersReply(users: users.map(UserMessage.init))
        }
        router.register(UsersService.get) { request, _ in
            UserReply(user: UserMessage(try await find(request.user)))
        }
        router.register(UsersService.create) { request, context in
            // The digest of what is remembered for a repetition would tell whoever can guess whether it is the password.
            var named = request
            named.password = SecretText("")
            let call = try Call(context, creating: named, target: "user \(request.name)")
            return try await hub.once(call) { id in
                UserReply(
                    user: UserMessage(
                        try await hub.stored { () async throws(StoreError) in try await hub.store.user(id) }))
            } create: {
                try await create(request, call, context)
            }
        }
        router.register(UsersService.update) { request, context in try await update(request, context) }
        router.register(UsersService.delete) { request, context in
            let call = Call(context, target: "user \(request.user)")
            let user = try await hub.stored { () async throws(StoreError) in
                try await hub.store.deleteUser(
                    named: request.user, keepsAnAdmin: Self.keepsAnAdmin(call), expectedUpdatedAt: request.ifUnchanged,
                    audit: call.audit)
            }
            call.settle()
            return UserReply(user: UserMessage(user))
        }
        router.register(UsersService.setPassword) { request, context in try await setPassword(request, context) }
        router.register(UsersService.resetTOTP) { request, context in
            let call = Call(context, target: "user \(request.user)")
            let user = try await find(request.user)
            call.name(AuthHandler.target(user))
            let changed = try await hub.stored { () async throws(StoreError) in
                try await hub.store.removeSecondFactor(ofUser: user.id, endsSessions: true, audit: call.audit)
            }
            call.settle()
            return UserReply(user: UserMessage(changed))
        }
        router.register(UsersService.createSetupCode) { request, context in
            let call = Call(context, target: "setup code")
            let made = try await hub.stored { () async throws(StoreError) in
                try await hub.store.createSetupCode(
                    lifetime: request.lifetime ?? Self.defaultLifetime, evenWithUsers: request.evenWithUsers ?? false,
                    createdBy: call.caller?.actor.name ?? "", audit: call.audit)
            }
            call.settle()
            return SetupCodeReply(code: SecretText(made.code.text), expiresAt: made.expiresAt)
        }
    }

    /// Nobody behind the gateway may leave the hub without an admin; who is admin by the machine's word can mend it.
    private static func keepsAnAdmin(_ call: Call) -> Bool { call.caller?.actor.kind != .user }

    private func find(_ reference: String) async throws(RPCError) -> WebUser {
        try await hub.stored { () async throws(StoreError) in try await hub.store.user(named: reference) }
    }

    private func create(
        _ request: CreateUserRequest, _ call: Call, _ context: ServerContext
    ) async throws -> UserReply {
        let fields = try UserFields(
            name: request.name, role: request.role, email: request.email, password: request.password)
        let hash = try await hub.authentication.hash(fields.password, .signedIn, ClientOrigin(context))
        let user = try await hub.stored { () async throws(StoreError) in
            try await hub.store.createUser(
                UserDraft(name: fields.name, role: fields.role, email: fields.email, hash: hash), options: call.write)
        }
        call.settle()
        return UserReply(user: UserMessage(user))
    }

    private func update(_ request: UpdateUserRequest, _ context: ServerContext) async throws -> UserReply {
        let call = Call(context, target: "user \(request.user)")
        var reader = FieldReader()
        let edit = UserEdit(
            role: reader.read("role", request.role, UserFields.role), isEnabled: request.enabled,
            email: reader.read("email", request.email, UserFields.email))
        try reader.check()
        let user = try await hub.stored { () async throws(StoreError) in
            try await hub.store.updateUser(
                named: request.user, edit, keepsAnAdmin: Self.keepsAnAdmin(call),
                expectedUpdatedAt: request.ifUnchanged, audit: call.audit)
        }
        call.settle()
        return UserReply(user: UserMessage(user))
    }

    private func setPassword(_ request: SetPasswordRequest, _ context: ServerContext) async throws -> UserReply {
        let call = Call(context, target: "user \(request.user)")
        let user = try await find(request.user)
        let password = try UserFields.password(request.password, "password", of: user.name.description)
        let hash = try await hub.authentication.hash(password, .signedIn, ClientOrigin(context))
        let changed = try await hub.stored { () async throws(StoreError) in
            try await hub.store.setPassword(
                ofUser: user.id, hash, resetsSecondFactor: request.resetTOTP ?? false, audit: call.audit)
        }
        call.settle()
        return UserReply(user: UserMessage(changed))
    }
}
