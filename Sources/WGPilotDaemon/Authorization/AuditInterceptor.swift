import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Tells the audit log of every attempt that was refused, of every change that failed, and of the changes that no
/// transaction tells of. The outermost of the interceptors.
struct AuditInterceptor: ServerInterceptor {
    let policy: AuthorizationPolicy
    let log: AuditLog
    let names: UserNames

    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        let record = CallRecord(policy.caller(context.credentials))
        var context = context
        context[CallRecord.Key.self] = record
        do {
            let answer = try await next(context)
            if context.method.isMutation, !record.isSettled {
                await log.note(AuditContext(record, context))
            }
            return answer
        } catch {
            await tell(error, record, context)
            throw error
        }
    }

    private func tell(_ error: any Error, _ record: CallRecord, _ context: ServerContext) async {
        let (code, reason): (StatusCode, String) =
            switch error {
            case let error as RPCError: (error.code, error.reason)
            case let error as any RPCErrorConvertible: (error.rpcError.code, error.rpcError.reason)
            case is CancellationError: (.cancelled, "cancelled")
            default: (.internal, "unexpected_error")
            }
        let isRefusal =
            code == .permissionDenied || code == .unauthenticated || reason == "unexpected_authorization"
        guard isRefusal || (context.method.isMutation && !record.isSettled) else { return }
        var audit = AuditContext(record, context)
        if audit.actor.kind == .user { audit.actor.name = await names.name(of: record.caller.uid) }
        await log.note(audit, result: code.name, reason: reason)
    }
}
