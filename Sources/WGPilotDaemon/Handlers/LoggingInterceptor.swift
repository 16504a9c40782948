import Logging
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC

/// Logs every call with its outcome and duration: changes at `info`, reads at `debug`, faults of ours at `error`.
struct LoggingInterceptor: ServerInterceptor {
    let logger: Logger

    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        let start = ContinuousClock.now
        func metadata(_ status: String) -> Logger.Metadata {
            [
                "rpc.method": "\(context.method.fullName)", "actor.uid": "\(context.credentials.uid)",
                "actor": "\(context[CallRecord.Key.self]?.caller.actor.name ?? "")",
                "request.id": "\(context.requestID)", "status": "\(status)",
                "duration": "\(ContinuousClock.now - start)",
            ]
        }
        do {
            let answer = try await next(context)
            let isRead = context.method.requiredRole <= .viewer
            logger.log(level: isRead ? .debug : .info, "call", metadata: metadata("OK"))
            return answer
        } catch let error as RPCError {
            let isOurs = [.internal, .dataLoss, .unknown].contains(error.code)
            logger.log(level: isOurs ? .error : .info, "call failed", metadata: metadata("\(error)"))
            throw error
        }
    }
}
