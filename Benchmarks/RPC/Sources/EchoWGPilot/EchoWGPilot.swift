import EchoWorkload
import Logging
import NIOCore
import NIOPosix
import WGPilotProtocol
import WGPilotRPC

/// The echo by WGPilot's own RPC, with the settings that the daemon and its clients have.
///
/// With the option `executor` the client's tasks run on the event loop of its connection.
@main
enum EchoWGPilot {
    /// Bytes, as a field of a message.
    private struct Message: Codable, Sendable {
        var payload: [UInt8]

        enum CodingKeys: Int, CodingKey {
            case payload = 1
        }
    }

    private static let echo = MethodDescriptor<Message, Message>(
        service: "bench.v1.Echo", method: "Echo", requiredRole: .viewer, isIdempotent: true, isMutation: false)

    static func main() async throws {
        let (role, path, options) = EchoControl.arguments()
        switch role {
        case .server: try await serve(path)
        case .client: try await call(path, isOnExecutor: options.contains("executor"))
        }
    }

    private static func serve(_ path: String) async throws {
        var router = RPCRouter()
        router.register(echo) { message, _ in message }
        let configuration = RPCServerConfiguration(
            router: router, agent: "bench", logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            callerRole: { _ in "admin" })
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = RPCServer(address: .path(path), configuration: configuration, group: group)
        let (listening, isListening) = AsyncStream<Void>.makeStream()
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { try await server.run { isListening.finish() } }
            for await _ in listening {}
            await EchoControl.serve()
            server.beginShutdown()
        }
    }

    private static func call(_ path: String, isOnExecutor: Bool) async throws {
        let client = try await RPCClient.connect(path: path, agent: "bench")
        let executor: (any TaskExecutor)? = isOnExecutor ? client.executor : nil
        await withTaskExecutorPreference(executor) {
            await EchoControl.serve { payload in
                try await client.call(echo, Message(payload: payload)).payload
            }
        }
        await client.close()
    }
}
