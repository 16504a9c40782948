import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``RulesService``.
struct RulesHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(RulesService.list) { request, _ in try await list(request) }
        router.register(RulesService.get) { request, _ in
            let rule = try await hub.stored { () async throws(StoreError) in try await hub.store.rule(request.rule) }
            return RuleReply(rule: try await message(rule))
        }
        router.register(RulesService.create) { request, context in
            let target = request.network ?? request.peer ?? request.tag.map { "tag \($0)" } ?? ""
            let call = try Call(context, creating: request, target: target, options: request.options)
            return try await hub.once(call) { id in
                try await again(id, request.options)
            } create: {
                try await create(request, call)
            }
        }
        router.register(RulesService.update) { request, context in
            try await update(request, Call(context, target: "rule \(request.rule)", options: request.options))
        }
        router.register(RulesService.delete) { request, context in
            let call = Call(context, target: "rule \(request.rule)", options: request.options)
            let outcome = try await hub.change(call, request.options, networks: []) {
                options async throws(StoreError) in
                try await hub.store.deleteRule(
                    request.rule, expectedUpdatedAt: request.options?.ifUnchanged, options: options)
            } scope: { _ in
                .firewall
            }
            return DeleteReply(sync: outcome.sync ?? SyncMessage(isPending: false), change: outcome.change)
        }
        router.register(RulesService.reach) { request, _ in try await Reachability(hub: hub).answer(request) }
    }

    private func list(_ request: ListRulesRequest) async throws -> ListRulesReply {
        let owner = try await owner(network: request.network, tag: request.tag, peer: request.peer)
        let rules = try await hub.stored { () async throws(StoreError) in try await hub.store.rules(owner: owner) }
        let names = try await RuleNames(rules, hub)
        return ListRulesReply(rules: rules.map { RuleMessage($0, names) })
    }

    private func create(_ request: CreateRuleRequest, _ call: Call) async throws -> RuleReply {
        guard let owner = try await owner(network: request.network, tag: request.tag, peer: request.peer) else {
            throw RPCError.invalidFields([
                FieldViolation(field: "network", message: "say whose rule it is: a network, a tag or a peer")
            ])
        }
        let destination = try await destination(request.destination)
        var reader = FieldReader()
        let action = reader.read("action", request.action, AccessAction.init)
        let service = Self.service(&reader, request.transport, request.ports, over: .any)
        try reader.check()
        guard let action, let service else {
            throw RPCError(.internal, reason: "unexpected_error", message: "a field was neither read nor refused")
        }
        var settings = AccessRuleSettings(
            owner: owner, action: action, destination: destination ?? .any, service: service)
        settings.comment = request.comment ?? ""
        settings.enabled = request.enabled ?? true
        return try await reply(
            hub.change(call, request.options, networks: []) { [settings] options async throws(StoreError) in
                try await hub.store.createRule(settings, position: request.position, options: options)
            } scope: { _ in
                .firewall
            })
    }

    private func again(_ id: Int64, _ options: ChangeOptions?) async throws -> RuleReply {
        let rule = try await hub.stored { () async throws(StoreError) in try await hub.store.rule(id) }
        let standing = try await hub.standing(.firewall, options)
        return RuleReply(rule: try await message(rule), sync: standing.sync, change: standing.change)
    }

    private func update(_ request: UpdateRuleRequest, _ call: Call) async throws -> RuleReply {
        let before = try await hub.stored { () async throws(StoreError) in try await hub.store.rule(request.rule) }
        let destination = try await destination(request.destination)
        var reader = FieldReader()
        let action = reader.read("action", request.action, AccessAction.init)
        let service = Self.service(&reader, request.transport, request.ports, over: before.settings.service)
        try reader.check()
        return try await reply(
            hub.change(call, request.options, networks: []) { options async throws(StoreError) in
                try await hub.store.updateRule(
                    request.rule, position: request.position, expectedUpdatedAt: request.options?.ifUnchanged,
                    options: options
                ) { settings in
                    settings.action = action ?? settings.action
                    settings.destination = destination ?? settings.destination
                    if request.transport != nil || request.ports != nil {
                        settings.service = service ?? settings.service
                    }
                    settings.comment = request.comment ?? settings.comment
                    settings.enabled = request.enabled ?? settings.enabled
                }.after
            } scope: { _ in
                .firewall
            })
    }

    private func reply(_ outcome: Hub.Changed<AccessRule>) async throws -> RuleReply {
        RuleReply(rule: try await message(outcome.value), sync: outcome.sync, change: outcome.change)
    }

    private func message(_ rule: AccessRule) async throws -> RuleMessage {
        RuleMessage(rule, try await RuleNames([rule], hub))
    }

    // MARK: Reading requests

    /// Whose rules are meant; nil where nobody is named. Names at most one.
    private func owner(network: String?, tag: String?, peer: String?) async throws -> AccessRuleOwner? {
        guard [network, tag, peer].compactMap({ $0 }).count <= 1 else {
            throw RPCError.invalidFields([
                FieldViolation(field: "network", message: "a rule belongs to one network, one tag or one peer")
            ])
        }
        if let network { return .network(try await hub.network(network).id) }
        if let peer { return .peer(try await hub.peer(path: peer, field: "peer").1.id) }
        return tag.map { .tag($0) }
    }

    /// Reads `any`, a block, `peer:NETWORK/PEER`, `tag:TAG` or `site:NETWORK/PEER`.
    private func destination(_ text: String?) async throws -> AccessDestination? {
        guard let text else { return nil }
        let field = "destination"
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            switch parts[0] {
            case "peer": return .peer(try await hub.peer(path: String(parts[1]), field: field).1.id)
            case "site": return .site(try await hub.peer(path: String(parts[1]), field: field).1.id)
            case "tag": return .tag(String(parts[1]))
            default: break
            }
        }
        if text == "any" { return .any }
        var reader = FieldReader()
        let block = reader.read(field, text, FieldReader.prefix)
        try reader.check()
        return block.map { .block($0) }
    }

    /// Reads protocol and ports; what is absent is as it was.
    private static func service(
        _ reader: inout FieldReader, _ transport: String?, _ ports: [String]?, over old: AccessService
    ) -> AccessService? {
        let name =
            transport == nil
            ? old.transport : reader.read("protocol", transport, AccessService.TransportProtocol.init)
        // The ports of another protocol mean nothing in this one.
        let kept = transport == nil || name == old.transport ? old.ports : []
        let ranges = ports == nil ? kept : reader.readList("ports", ports, Self.ports)
        guard let name, let ranges else { return nil }
        return reader.read("ports", name) { name throws(InvalidValue) in try AccessService(name, ports: ranges) }
    }

    /// Reads `80` or `8000-8100`.
    private static func ports(_ text: String) throws(InvalidValue) -> ClosedRange<UInt16> {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            (1...5).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(part) : nil
        }
        guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last, 0 < first, first <= last
        else { throw InvalidValue("\(text.quotedForMessage) is neither a port nor a range such as 8000-8100") }
        return first...last
    }
}
