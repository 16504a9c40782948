import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/rules`, and `/api/reach`, which asks what they amount to.
struct RuleRoutes: Routes {
    let daemon: Daemon

    private static let owner: [Schema.Field] = [
        .init("network", .name, "The network whose peers it is about, by name or number."),
        .init("tag", .text(longest: 32), "The tag whose peers it is about."),
        .init("peer", .line, "The peer it is about, as NETWORK/PEER."),
    ]
    private static let settings: [Schema.Field] = [
        .init("destination", .line, "`any`, a block, `peer:NETWORK/PEER`, `tag:TAG` or `site:NETWORK/PEER`."),
        .init("protocol", .choice(["any", "tcp", "udp", "icmp"]), "Which protocol."),
        .init("ports", .texts(longest: 11), "Destination ports, as `80` or `8000-8100`; empty for all."),
        .init("comment", .text(longest: 1024), "Free text."), .init("enabled", .flag, "Whether it is asked."),
        .init("position", .integer(1...1_000_000), "Its place in its list, from 1."),
    ]
    private static let create = Schema(
        "RuleCreate",
        owner + [.init("action", .choice(["allow", "deny"]), "What it does.", required: true, example: .text("deny"))]
            + settings)
    private static let edit = Schema(
        "RuleEdit", [.init("action", .choice(["allow", "deny"]), "What it does.")] + settings)

    func add(to router: GatewayRouter) {
        let list = Operation("listRules", area: "Rules", "The access rules, in their order.", access: .role("viewer"))
            .asking(Self.owner).answering(Schemas.ruleList)
        router.api(.get, "/api/rules", list) { request in
            let query = request.query
            let message = ListRulesRequest(
                network: query.text("network"), tag: query.text("tag"), peer: query.text("peer"))
            return ChangeAnswer.list(
                "rules", try await daemon.call(RulesService.list, message, for: request.context).rules)
        }
        let create = Operation("createRule", area: "Rules", "Makes an access rule.", access: .role("operator"))
            .taking(Self.create).answering(Schemas.changedRule, .created).changing.with { $0.isCreation = true }
        router.api(.post, "/api/rules", create) { request in
            let message = Self.created(request)
            let reply = try await daemon.call(
                RulesService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            return Self.answer(reply, create)
        }
        let get = Operation("getRule", area: "Rules", "One rule.", access: .role("viewer"))
            .answering(Schemas.rule).with { $0.hasVersion = true }
        router.api(.get, "/api/rules/{rule}", get) { request in
            let reference = RuleReference(rule: try request.identifier("rule"))
            let reply = try await daemon.call(RulesService.get, reference, for: request.context)
            return ChangeAnswer.read(reply.rule, version: reply.rule.updatedAt).response
        }
        addEdits(to: router)
        addReach(to: router)
    }

    private func addEdits(to router: GatewayRouter) {
        for method in [HTTPRequest.Method.patch, .put] {
            let edit = Operation(
                method == .patch ? "editRule" : "putRule", area: "Rules", "Changes a rule; what is absent stays.",
                access: .role("operator")
            ).taking(Self.edit).answering(Schemas.changedRule).changing.with {
                $0.needsVersion = true
                $0.hasVersion = true
            }
            router.api(method, "/api/rules/{rule}", edit) { request in
                let message = try Self.edited(request)
                return Self.answer(try await daemon.call(RulesService.update, message, for: request.context), edit)
            }
        }
        let delete = Operation("deleteRule", area: "Rules", "Deletes a rule.", access: .role("operator"))
            .answering(Schemas.deleted).changing.heedingVersion
        router.api(.delete, "/api/rules/{rule}", delete) { request in
            let reference = RuleReference(rule: try request.identifier("rule"), options: try request.deleteOptions())
            return ChangeAnswer.of(try await daemon.call(RulesService.delete, reference, for: request.context))
        }
    }

    private func addReach(to router: GatewayRouter) {
        let reach = Operation("reach", area: "Rules", "Whether one reaches another, and why.", access: .role("viewer"))
            .asking([
                .init("source", .line, "Who: NETWORK/PEER, or an address.", required: true, example: .text("10.8.0.2")),
                .init("destination", .line, "Whom: the same.", required: true, example: .text("10.8.0.3")),
                .init("protocol", .choice(["tcp", "udp", "icmp"]), "Which protocol."),
                .init("port", .port, "The destination port."),
            ]).answering(Schemas.reach)
        router.api(.get, "/api/reach", reach) { request in
            let query = request.query
            let message = ReachRequest(
                source: query.text("source") ?? "", destination: query.text("destination") ?? "",
                transport: query.text("protocol"), port: query.integer("port"))
            return .json(try await daemon.call(RulesService.reach, message, for: request.context))
        }
    }

    private static func created(_ request: APIRequest) -> CreateRuleRequest {
        let body = request.body
        return CreateRuleRequest(
            network: body.text("network"), tag: body.text("tag"), peer: body.text("peer"),
            action: body.text("action") ?? "", destination: body.text("destination"), transport: body.text("protocol"),
            ports: body.texts("ports"), comment: body.text("comment"), enabled: body.flag("enabled"),
            position: body.integer("position"), options: request.query.changeOptions())
    }

    private static func edited(_ request: APIRequest) throws(HTTPFailure) -> UpdateRuleRequest {
        let body = request.body
        let version = try request.expectedVersion()
        return UpdateRuleRequest(
            rule: try request.identifier("rule"), action: body.text("action"), destination: body.text("destination"),
            transport: body.text("protocol"), ports: body.texts("ports"), comment: body.text("comment"),
            enabled: body.flag("enabled"), position: body.integer("position"),
            options: request.query.changeOptions(ifUnchanged: version))
    }

    private static func answer(_ reply: RuleReply, _ operation: Operation) -> Response {
        ChangeAnswer.of(reply.rule, reply.sync, reply.change, operation, version: reply.rule.updatedAt)
    }
}
