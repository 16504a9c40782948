import ServiceLifecycle
import WGPilotRPC

/// Runs the RPC server until the process is told to stop; calls in flight finish first.
struct ServerService: Service {
    let server: RPCServer
    let onListening: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run(onListening: onListening)
        } onGracefulShutdown: {
            server.beginShutdown()
            LastResort.arm()
        }
    }
}
