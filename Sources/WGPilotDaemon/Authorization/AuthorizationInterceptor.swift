import Logging
import WGPilotProtocol
import WGPilotRPC

/// Refuses a call that its caller's role does not allow, before a byte of its message is looked at.
struct AuthorizationInterceptor: ServerInterceptor {
    let policy: AuthorizationPolicy
    let logger: Logger

    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        switch policy.evaluate(context.credentials, context.method) {
        case .allowed:
            return try await next(context)
        case .denied(let reason):
            logger.warning(
                "call refused",
                metadata: [
                    "rpc.method": "\(context.method.fullName)", "actor.uid": "\(context.credentials.uid)",
                    "request.id": "\(context.requestID)", "reason": "\(reason)",
                ])
            throw RPCError(.permissionDenied, reason: "role", message: reason)
        }
    }
}
