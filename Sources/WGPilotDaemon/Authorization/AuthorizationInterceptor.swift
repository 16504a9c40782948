import Logging
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Finds out who calls, and refuses what that one's role does not allow, before a byte of the message is looked at.
struct AuthorizationInterceptor: ServerInterceptor {
    let policy: AuthorizationPolicy
    let store: StateStore
    let names: UserNames
    let logger: Logger

    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        var context = context
        let record = context[CallRecord.Key.self] ?? CallRecord(policy.caller(context.credentials))
        context[CallRecord.Key.self] = record
        do {
            try await identify(record, context)
            switch policy.evaluate(record.caller, context.method) {
            case .allowed: break
            case .denied(let reason): throw RPCError(.permissionDenied, reason: "role", message: reason)
            case .unidentified(let reason): throw RPCError(.unauthenticated, reason: "no_token", message: reason)
            }
        } catch let error as RPCError {
            logger.warning(
                "call refused",
                metadata: [
                    "rpc.method": "\(context.method.fullName)", "actor.uid": "\(context.credentials.uid)",
                    "request.id": "\(context.requestID)", "reason": "\(error)",
                ])
            throw error
        }
        if context.method.isMutation, record.caller.actor.kind == .user {
            record.caller.actor.name = await names.name(of: context.credentials.uid)
        }
        return try await next(context)
    }

    /// Puts the user behind the gateway in its place.
    private func identify(_ record: CallRecord, _ context: ServerContext) async throws {
        let isGateway = record.caller.role == .gateway
        if isGateway {
            record.caller.origin = CallMetadata.client(context.metadata) ?? Caller.unnamedClient
        }
        guard let value = context.metadata[CallMetadata.authorization] else { return }
        guard isGateway else {
            throw RPCError(
                .invalidArgument, reason: "unexpected_authorization",
                message:
                    "only the gateway speaks for others: who calls here is known from the kernel; leave the token out")
        }
        // Whatever is wrong with it, the answer is the same: it tells nothing of the tokens that there are.
        let bad = RPCError(
            .unauthenticated, reason: "bad_token", message: "the token is not valid, or no longer; get a new one")
        guard let secret = CallMetadata.bearer(value).flatMap({ TokenSecret(presented: $0) }) else { throw bad }
        let token: APIToken?
        do {
            token = try await store.authenticate(secret)
        } catch {
            throw RPCError(error)
        }
        guard let token else { throw bad }
        record.caller.role = Role(token.role)
        record.caller.actor = AuditActor(
            kind: .token, name: token.name, uid: context.credentials.uid, tokenID: token.id)
    }
}

extension Role {
    /// What a token's bearer may do.
    init(_ role: APIToken.Role) {
        self =
            switch role {
            case .viewer: .viewer
            case .operator: .operator
            case .admin: .admin
            }
    }
}
