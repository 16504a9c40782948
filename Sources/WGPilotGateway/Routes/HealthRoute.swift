import Hummingbird
import WGPilotProtocol
import WGPilotRPC

/// `GET /health`: whether the gateway lives and reaches the daemon. It tells an anonymous caller nothing else.
struct HealthRoute: Sendable {
    let daemon: RPCClient

    /// The body of the answer.
    private struct Body: ResponseEncodable {
        let status: String
        let daemon: String
        let version: String
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/health") { _, _ in try await answer() }
    }

    private func answer() async throws -> EditedResponse<Body> {
        do {
            let reply = try await daemon.call(SystemService.health, Empty(), timeout: .seconds(5))
            return EditedResponse(
                status: .ok, headers: [.cacheControl: "no-store"],
                response: Body(status: "ok", daemon: reply.status, version: BuildInformation.version))
        } catch {
            return EditedResponse(
                status: .serviceUnavailable, headers: [.cacheControl: "no-store", .retryAfter: "2"],
                response: Body(status: "unavailable", daemon: "unreachable", version: BuildInformation.version))
        }
    }
}
