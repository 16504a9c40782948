import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves the methods about what differs between kernel and database.
struct DriftHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(SystemService.drift) { _, _ in try await report() }
        router.register(SystemService.resolveDrift) { request, context in
            let target = "\(request.network): \(request.item)"
            return try await resolve(request, Call(context, target: target, options: request.options))
        }
    }

    /// Of how many findings it is tried out whether the database would take them over.
    private static let mostTried = 50

    private func report() async throws -> DriftReply {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let ledger = hub.reconciler.ledger
        var findings: [FindingMessage] = []
        for network in networks {
            let adoption = DriftAdoption(hub: hub, network: network)
            for finding in ledger.findings(of: network.id) {
                let subject = finding.item.subject
                // To try each of very many takes longer than anybody waits.
                let isTried = findings.count < Self.mostTried
                findings.append(
                    FindingMessage(
                        network: network.settings.name.description, item: subject.description,
                        message: finding.item.lines.joined(separator: "; "),
                        canAdopt: isTried ? await adoption.wouldAdopt(subject) : DriftAdoption.canAdopt(subject),
                        foundAt: finding.foundAt, isIgnored: finding.isIgnored))
            }
        }
        let changed = try await hub.stored { () async throws(StoreError) in
            try await hub.store.changedKernelSettings()
        }
        let checkup = Checkup(hub: hub, networks: networks)
        return DriftReply(
            checks: await checkup.checks(), findings: findings,
            repairs: ledger.repairs.map { repair in
                RepairMessage(place: repair.place, steps: repair.steps, repairedAt: repair.repairedAt)
            }, foreignInterfaces: try await hub.foreignInterfaces(),
            settingsChanged: changed.map { "\($0.key) = \($0.valueSet), before \($0.valueBefore)" })
    }

    private func resolve(_ request: ResolveDriftRequest, _ call: Call) async throws -> ResolveDriftReply {
        let network = try await hub.network(request.network)
        let ledger = hub.reconciler.ledger
        guard
            let finding = ledger.findings(of: network.id).first(where: { $0.item.subject.description == request.item })
        else {
            throw RPCError(
                .notFound, reason: "not_found",
                message:
                    "nothing is known to differ under the name \(request.item.quotedForMessage); see wgpilotctl doctor")
        }
        return try await resolve(finding, request, network, call)
    }

    private func resolve(
        _ finding: DriftLedger.Finding, _ request: ResolveDriftRequest, _ network: Network, _ call: Call
    ) async throws -> ResolveDriftReply {
        let item = finding.item
        let ledger = hub.reconciler.ledger
        if request.action == "adopt" { return try await adopt(item.subject, request.options, network, call) }
        if request.options?.confirmWithin != nil {
            throw RPCError.invalidFields([
                FieldViolation(
                    field: "confirm_within", message: "only adopting changes something that could be undone")
            ])
        }
        let isRehearsal = request.options?.dryRun == true
        let name = network.settings.name
        let done: String
        var plan: [String] = []
        switch request.action {
        case "ignore":
            done = "\(item.subject) of \(name) is left as it is, until it is another or is heeded"
            if isRehearsal { break }
            try await hub.stored { () async throws(StoreError) in
                try await hub.store.ignoreDrift(
                    IgnoredDrift(
                        networkID: network.id, item: item.subject.description, observed: item.identity),
                    audit: call.audit)
            }
            call.settle()
        case "heed", "restore":
            let isRestoring = request.action == "restore"
            let isRepaired = isRestoring || network.settings.driftPolicy == .repair
            done =
                isRestoring
                ? "\(item.subject) of \(name) is set back to what the database has"
                : "\(item.subject) of \(name) is no longer ignored"
            plan = isRepaired ? item.lines : []
            if isRehearsal { break }
            try await hub.stored { () async throws(StoreError) in
                try await hub.store.removeIgnoredDrift(
                    in: network.id, item: item.subject.description, audit: call.audit)
            }
            call.settle()
            if isRestoring { ledger.forget(item, of: network.id) }
        default:
            throw RPCError.invalidFields([
                FieldViolation(field: "action", message: "adopt, restore, ignore or heed")
            ])
        }
        if isRehearsal {
            return ResolveDriftReply(
                steps: [], sync: SyncMessage(isPending: false), done: done,
                change: ChangeMessage(dryRun: true, plan: plan))
        }
        let scope: SyncScope = request.action == "restore" ? .network(network.id) : .everything(.check)
        let result = await hub.reconciler.synchronize(scope)
        return ResolveDriftReply(steps: result.steps, sync: SyncMessage(result), done: done)
    }

    private func adopt(
        _ subject: DriftSubject, _ options: ChangeOptions?, _ network: Network, _ call: Call
    ) async throws -> ResolveDriftReply {
        let step = try await DriftAdoption(hub: hub, network: network).step(for: subject)
        let outcome = try await hub.change(call, options, networks: [network.id]) { options async throws(StoreError) in
            try await step.run(options)
        } scope: { _ in
            .network(network.id)
        }
        return ResolveDriftReply(
            steps: [], sync: outcome.sync ?? SyncMessage(isPending: false), done: step.done, change: outcome.change)
    }
}
