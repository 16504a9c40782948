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
    /// Seconds without use after which a session ends.
    let sessionIdle: Int64
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
        // Whatever is wrong with it, the answer is the same: it tells nothing of the tokens and sessions that there are.
        let bad = RPCError(
            .unauthenticated, reason: "bad_token",
            message: "the session or token is not valid, or no longer; log in again, or get a new one")
        guard let text = CallMetadata.bearer(value) else { throw bad }
        if let secret = TokenSecret(presented: text, .session) {
            // What the gateway asks by itself is no sign that the user is still there.
            let idle = context.metadata[CallMetadata.background] == nil ? sessionIdle : nil
            guard let found = try await session(secret, idle: idle) else { throw bad }
            record.caller.become(found.user, in: found.session)
            record.recheck = { [role = found.user.role] in
                // What cannot be looked up is no reason to end what was good.
                do throws(RPCError) {
                    return try await session(secret, idle: nil).map { $0.user.role == role } ?? false
                } catch {
                    return true
                }
            }
            return
        }
        guard let secret = TokenSecret(presented: text), let token = try await token(secret) else { throw bad }
        record.caller.role = Role(token.role)
        record.caller.actor = AuditActor(
            kind: .token, name: token.name, uid: context.credentials.uid, tokenID: token.id)
        record.recheck = {
            do throws(RPCError) {
                return try await self.token(secret) != nil
            } catch {
                return true
            }
        }
    }

    private func session(
        _ secret: TokenSecret, idle: Int64?
    ) async throws(RPCError) -> (session: WebSession, user: WebUser)? {
        do {
            return try await store.authenticate(session: secret, idle: idle)
        } catch {
            throw RPCError(error)
        }
    }

    private func token(_ secret: TokenSecret) async throws(RPCError) -> APIToken? {
        do {
            return try await store.authenticate(secret)
        } catch {
            throw RPCError(error)
        }
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
