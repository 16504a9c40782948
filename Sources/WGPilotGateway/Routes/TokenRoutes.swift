import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/tokens`.
struct TokenRoutes: Routes {
    let daemon: Daemon

    private static let create = Schema(
        "TokenCreate",
        [
            .init("name", .name, "The name.", required: true, example: .text("backup")),
            .init("role", .role, "What its bearer may do.", required: true, example: .text("viewer")),
            .init("expires_at", .time, "From when on it is not taken; by default never."),
        ])

    func add(to router: GatewayRouter) {
        let list = Operation("listTokens", area: "Tokens", "All API tokens.", access: .role("admin"))
            .answering(Schemas.tokenList)
        router.api(.get, "/api/tokens", list) { request in
            let reply = try await daemon.call(TokensService.list, Empty(), for: request.context)
            return ChangeAnswer.list("tokens", reply.tokens)
        }
        let create = Operation("createToken", area: "Tokens", "Makes an API token.", access: .role("admin"))
            .taking(Self.create).answering(Schemas.madeToken, .created).with { $0.isCreation = true }
        router.api(.post, "/api/tokens", create) { request in
            let message = CreateTokenRequest(
                name: request.body.text("name") ?? "", role: request.body.text("role") ?? "",
                expiresAt: request.body.integer("expires_at"))
            let reply = try await daemon.call(
                TokensService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            return .json(.created) { json in
                json.object { json in
                    reply.token.writeFields(to: &json)
                    json.field("secret", reply.secret)
                }
            }
        }
        let revoke = Operation("revokeToken", area: "Tokens", "Makes a token worthless.", access: .role("admin"))
            .answering(Schemas.token)
        router.api(.delete, "/api/tokens/{token}", revoke) { request in
            let reference = TokenReference(token: try request.text("token"))
            return .json(try await daemon.call(TokensService.revoke, reference, for: request.context).token)
        }
    }
}
