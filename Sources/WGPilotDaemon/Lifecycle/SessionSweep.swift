import Logging
import ServiceLifecycle
import WGPilotStore

/// Clears away sessions whose time is up. They are worthless already: this is for the size of the database alone.
struct SessionSweep: Service, CustomStringConvertible {
    private static let interval = Duration.seconds(600)

    let store: StateStore
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown { await sweep() }
    }

    private func sweep() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                let count = try await store.clearExpiredSessions()
                if count > 0 { logger.debug("sessions have expired", metadata: ["sessions": "\(count)"]) }
            } catch {
                logger.error("sessions cannot be cleared away", metadata: ["error": "\(error)"])
            }
        }
    }

    var description: String { "sessions" }
}
