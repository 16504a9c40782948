import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/bridges`.
struct BridgeRoutes: Routes {
    let daemon: Daemon

    private static let settings: [Schema.Field] = [
        .init("direction", .choice(["a_to_b", "b_to_a", "bidirectional"]), "Who may begin a conversation."),
        .init("allowed_cidrs", .blocks, "What may be reached; empty for all."),
        .init("enabled", .flag, "Whether it carries traffic."),
    ]
    private static let create = Schema(
        "BridgeCreate",
        [
            .init(
                "network_a", .name, "The first network, by name or number.", required: true, example: .text("office")),
            .init("network_b", .name, "The second network, by name or number.", required: true, example: .text("lab")),
        ] + settings)
    private static let edit = Schema("BridgeEdit", settings)

    func add(to router: GatewayRouter) {
        let list = Operation("listBridges", area: "Bridges", "All bridges.", access: .role("viewer"))
            .answering(Schemas.bridgeList)
        router.api(.get, "/api/bridges", list) { request in
            let reply = try await daemon.call(BridgesService.list, Empty(), for: request.context)
            return ChangeAnswer.list("bridges", reply.bridges)
        }
        let create = Operation("createBridge", area: "Bridges", "Joins two networks.", access: .role("operator"))
            .taking(Self.create).answering(Schemas.changedBridge, .created).changing.with { $0.isCreation = true }
        router.api(.post, "/api/bridges", create) { request in
            let body = request.body
            let message = CreateBridgeRequest(
                networkA: body.text("network_a") ?? "", networkB: body.text("network_b") ?? "",
                direction: body.text("direction"), allowedCIDRs: body.texts("allowed_cidrs"),
                enabled: body.flag("enabled"), options: request.query.changeOptions())
            let reply = try await daemon.call(
                BridgesService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            return Self.answer(reply, create)
        }
        let get = Operation("getBridge", area: "Bridges", "One bridge.", access: .role("viewer"))
            .answering(Schemas.bridge).with { $0.hasVersion = true }
        router.api(.get, "/api/bridges/{bridge}", get) { request in
            let reference = BridgeReference(bridge: try request.identifier("bridge"))
            let reply = try await daemon.call(BridgesService.get, reference, for: request.context)
            return ChangeAnswer.read(reply.bridge, version: reply.bridge.updatedAt).response
        }
        addEdits(to: router)
    }

    private func addEdits(to router: GatewayRouter) {
        for method in [HTTPRequest.Method.patch, .put] {
            let edit = Operation(
                method == .patch ? "editBridge" : "putBridge", area: "Bridges",
                "Changes a bridge; what is absent stays.", access: .role("operator")
            ).taking(Self.edit).answering(Schemas.changedBridge).changing.with {
                $0.needsVersion = true
                $0.hasVersion = true
            }
            router.api(method, "/api/bridges/{bridge}", edit) { request in
                let body = request.body
                let version = try request.expectedVersion()
                let message = UpdateBridgeRequest(
                    bridge: try request.identifier("bridge"), direction: body.text("direction"),
                    allowedCIDRs: body.texts("allowed_cidrs"), enabled: body.flag("enabled"),
                    options: request.query.changeOptions(ifUnchanged: version))
                return Self.answer(try await daemon.call(BridgesService.update, message, for: request.context), edit)
            }
        }
        let delete = Operation("deleteBridge", area: "Bridges", "Deletes a bridge.", access: .role("operator"))
            .answering(Schemas.deleted).changing.heedingVersion
        router.api(.delete, "/api/bridges/{bridge}", delete) { request in
            let reference = BridgeReference(
                bridge: try request.identifier("bridge"), options: try request.deleteOptions())
            return ChangeAnswer.of(try await daemon.call(BridgesService.delete, reference, for: request.context))
        }
    }

    private static func answer(_ reply: BridgeReply, _ operation: Operation) -> Response {
        ChangeAnswer.of(reply.bridge, reply.sync, reply.change, operation, version: reply.bridge.updatedAt)
    }
}
