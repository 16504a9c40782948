import ServiceLifecycle
import WGPilotRPC
import WGPilotStore

/// Runs the RPC server until the process is told to stop; calls in flight finish first. Nobody is served from a database
/// that is damaged: where it is, that ends the process.
struct ServerService: Service, CustomStringConvertible {
    let store: StateStore
    let reconciler: Reconciler
    let server: RPCServer
    /// What must be done before anybody is served, and may be done while the database is checked.
    let prepare: @Sendable () async -> Void
    let onListening: @Sendable () -> Void

    func run() async throws {
        async let preparation: Void = prepare()
        try await store.checked()
        await preparation
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // The tunnels first: the comparison at the start is done when this one is.
                _ = await reconciler.synchronize(.links)
                try await store.checkedWhole()
            }
            group.addTask { try await serve() }
            try await group.waitForAll()
        }
    }

    private func serve() async throws {
        try await withGracefulShutdownHandler {
            try await server.run(onListening: onListening)
        } onGracefulShutdown: {
            server.beginShutdown()
            LastResort.arm()
        }
    }

    var description: String { "server" }
}
