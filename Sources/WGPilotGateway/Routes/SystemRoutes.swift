import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// How the hub stands, and what of it waits for somebody.
struct SystemRoutes: Routes {
    let daemon: Daemon

    private static let resolve = Schema(
        "DriftDecision",
        [
            .init("network", .name, "The network, by name or number.", required: true, example: .text("office")),
            .init("item", .line, "The finding's item.", required: true, example: .text("mtu")),
            .init(
                "action", .choice(["adopt", "restore", "ignore", "heed"]), "What to do about it.", required: true,
                example: .text("restore")),
        ])

    func add(to router: GatewayRouter) {
        addStanding(to: router)
        addDrift(to: router)
        addPendingChange(to: router)
    }

    private func addStanding(to router: GatewayRouter) {
        let status = Operation("getStatus", area: "System", "How the hub stands.", access: .role("viewer"))
            .answering(Schemas.status)
        router.api(.get, "/api/status", status) { request in
            let info = try await daemon.call(SystemService.info, Empty(), for: request.context)
            let networks = try await daemon.call(NetworksService.list, Empty(), for: request.context).networks
            return .json { json in
                json.object { json in
                    info.writeFields(to: &json)
                    json.field("networks", networks)
                }
            }
        }
        let settings = Operation("getSettings", area: "System", "What the hub was told.", access: .role("viewer"))
            .answering(Schemas.settings)
        router.api(.get, "/api/settings", settings) { request in
            let info = try await daemon.call(SystemService.info, Empty(), for: request.context)
            return .json { json in
                json.object { json in
                    json.field("endpoint_host", info.endpointHost)
                    json.field("endpoint_is_guess", info.endpointIsGuess)
                    json.field("backend", info.backend)
                    json.field("version", info.version)
                    json.field("gateway_version", BuildInformation.version)
                }
            }
        }
        let reconcile = Operation(
            "reconcile", area: "System", "Compares kernel and database, and repairs.", access: .role("operator")
        ).asking([.init("dry_run", .flag, "True answers what would be done.")]).answering(Schemas.reconciled)
        router.api(.post, "/api/reconcile", reconcile) { request in
            let message = ReconcileRequest(dryRun: request.query.flag("dry_run"))
            let reply = try await daemon.call(
                SystemService.reconcile, message, for: request.context, timeout: .seconds(120))
            return .json { json in
                json.object { json in
                    reply.writeFields(to: &json)
                    json.field("change", reply.change)
                }
            }
        }
    }

    private func addDrift(to router: GatewayRouter) {
        let doctor = Operation("getDoctor", area: "System", "The machine, point by point.", access: .role("viewer"))
            .answering(Schemas.doctor)
        router.api(.get, "/api/doctor", doctor) { request in
            .json(try await daemon.call(SystemService.drift, Empty(), for: request.context))
        }
        let drift = Operation(
            "getDrift", area: "System", "Differences that wait for a decision.", access: .role("viewer")
        ).answering(Schemas.drift)
        router.api(.get, "/api/drift", drift) { request in
            let reply = try await daemon.call(SystemService.drift, Empty(), for: request.context)
            return ChangeAnswer.list("findings", reply.findings)
        }
        let resolve = Operation("resolveDrift", area: "System", "Decides on a difference.", access: .role("operator"))
            .taking(Self.resolve).answering(Schemas.resolved).changing
        router.api(.post, "/api/drift/resolve", resolve) { request in
            let body = request.body
            let message = ResolveDriftRequest(
                network: body.text("network") ?? "", item: body.text("item") ?? "", action: body.text("action") ?? "",
                options: request.query.changeOptions())
            let reply = try await daemon.call(SystemService.resolveDrift, message, for: request.context)
            return ChangeAnswer.of(reply, reply.sync, reply.change, resolve)
        }
    }

    private func addPendingChange(to router: GatewayRouter) {
        let get = Operation(
            "getPendingChange", area: "System", "The change that waits to be confirmed.", access: .role("viewer")
        ).answering(Schemas.pendingChange)
        router.api(.get, "/api/pending-change", get) { request in
            .json(try await daemon.call(SystemService.pendingChange, Empty(), for: request.context))
        }
        let confirm = Operation(
            "confirmPendingChange", area: "System", "Keeps the change.", access: .role("operator")
        ).answering(Schemas.pendingChange)
        router.api(.post, "/api/pending-change/confirm", confirm) { request in
            .json(try await daemon.call(SystemService.confirm, Empty(), for: request.context))
        }
        let undo = Operation("undoPendingChange", area: "System", "Takes the change back.", access: .role("operator"))
            .answering(Schemas.pendingChange)
        router.api(.post, "/api/pending-change/undo", undo) { request in
            let reply = try await daemon.call(
                SystemService.undo, Empty(), for: request.context, timeout: .seconds(120))
            return .json { json in
                json.object { json in
                    reply.writeFields(to: &json)
                    json.field("sync", reply.sync)
                }
            }
        }
    }
}
