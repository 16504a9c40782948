import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `GET /health`: whether the gateway lives. `GET /ready`: whether it reaches the daemon. Neither tells an anonymous caller
/// anything else.
struct HealthRoutes: Routes {
    let daemon: Daemon
    private let readiness = SharedAnswer<Bool>()

    init(daemon: Daemon) {
        self.daemon = daemon
    }

    func add(to router: GatewayRouter) {
        let health = Operation("health", area: "System", "Whether the gateway lives.", access: .open)
            .answering(Schemas.health)
        router.api(.get, "/health", health) { _ in Self.ok }
        let ready = Operation("ready", area: "System", "Whether the gateway reaches the daemon.", access: .open)
            .answering(Schemas.health)
        router.api(.get, "/ready", ready) { request in
            _ = try await readiness.get { () async throws(RPCError) in
                _ = try await daemon.call(
                    SystemService.health, Empty(), for: request.context.withoutCredential, timeout: .seconds(5))
                return true
            }
            return Self.ok
        }
    }

    private static var ok: Response { .json { json in json.object { $0.field("status", "ok") } } }
}
