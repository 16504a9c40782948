import ServiceLifecycle

/// Runs the reconciler until the server, which needs it, has stopped.
struct ReconcilerService: Service, CustomStringConvertible {
    let reconciler: Reconciler

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await reconciler.run()
        }
    }

    var description: String { "reconciler" }
}
