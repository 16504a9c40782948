import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/sessions`.
struct SessionRoutes: Routes {
    let daemon: Daemon

    func add(to router: GatewayRouter) {
        let list = Operation(
            "listSessions", area: "Sessions", "The own sessions; those of others for admins.", access: .role("viewer")
        ).asking([
            .init("user", .name, "Whose, by name or number."), .init("all", .flag, "Those of all users."),
        ]).answering(Schemas.sessionList)
        router.api(.get, "/api/sessions", list) { request in
            let message = ListSessionsRequest(user: request.query.text("user"), all: request.query.flag("all"))
            return ChangeAnswer.list(
                "sessions", try await daemon.call(SessionsService.list, message, for: request.context).sessions)
        }
        let revoke = Operation("revokeSession", area: "Sessions", "Ends a session.", access: .role("viewer"))
            .answering(Schemas.sessionList)
        router.api(.delete, "/api/sessions/{session}", revoke) { request in
            let message = RevokeSessionsRequest(id: try request.identifier("session"))
            return ChangeAnswer.list(
                "sessions", try await daemon.call(SessionsService.revoke, message, for: request.context).sessions)
        }
        let revokeAll = Operation(
            "revokeSessions", area: "Sessions", "Ends all own sessions but this one, or all of a user.",
            access: .role("viewer")
        ).asking([
            .init("user", .name, "Whose, by name or number."), .init("others", .flag, "All own ones but this."),
        ]).answering(Schemas.sessionList)
        router.api(.delete, "/api/sessions", revokeAll) { request in
            let message = RevokeSessionsRequest(user: request.query.text("user"), others: request.query.flag("others"))
            return ChangeAnswer.list(
                "sessions", try await daemon.call(SessionsService.revoke, message, for: request.context).sessions)
        }
    }
}
