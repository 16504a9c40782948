import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``TokensService``.
struct TokensHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(TokensService.list) { _, _ in
            let tokens = try await hub.stored { () async throws(StoreError) in try await hub.store.tokens() }
            return ListTokensReply(tokens: tokens.map(TokenMessage.init))
        }
        router.register(TokensService.create) { request, context in
            let call = try Call(context, creating: request, target: "token \(request.name)")
            return try await hub.once(call) { id in
                let token = try await hub.stored { () async throws(StoreError) in try await hub.store.token(id) }
                return CreateTokenReply(token: TokenMessage(token))
            } create: {
                try await create(request, call)
            }
        }
        router.register(TokensService.revoke) { request, context in
            let call = Call(context, target: "token \(request.token)")
            let token = try await hub.stored { () async throws(StoreError) in
                try await hub.store.revokeToken(named: request.token, audit: call.audit)
            }
            call.settle()
            return TokenReply(token: TokenMessage(token))
        }
    }

    private func create(_ request: CreateTokenRequest, _ call: Call) async throws -> CreateTokenReply {
        var reader = FieldReader()
        let name = reader.read("name", request.name) { text throws(InvalidValue) in try DisplayName(text) }
        let role = reader.read("role", request.role) { text throws(InvalidValue) in
            guard let role = APIToken.Role(rawValue: text) else {
                throw InvalidValue("a role is viewer, operator or admin")
            }
            return role
        }
        try reader.check()
        guard let name, let role, let caller = call.caller else {
            throw RPCError(.internal, reason: "unexpected_error", message: "a field was neither read nor refused")
        }
        guard let own = caller.role, Role(role) <= own else {
            throw RPCError(
                .permissionDenied, reason: "role",
                message: "a token of role \(role.rawValue) needs a caller of that role; \(caller.described) has role "
                    + (caller.role?.rawValue ?? "none"))
        }
        let made = try await hub.stored { () async throws(StoreError) in
            try await hub.store.createToken(
                name, role: role, expiresAt: request.expiresAt, createdBy: caller.actor.name, options: call.write)
        }
        call.settle()
        return CreateTokenReply(token: TokenMessage(made.token), secret: made.secret.text)
    }
}

extension TokenMessage {
    /// A token as it goes over the wire.
    fileprivate init(_ token: APIToken) {
        self.init(
            id: token.id, name: token.name, role: token.role.rawValue, createdBy: token.createdBy,
            createdAt: token.createdAt, expiresAt: token.expiresAt, lastUsedAt: token.lastUsedAt)
    }
}
