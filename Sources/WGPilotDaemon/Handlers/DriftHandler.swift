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
        router.register(SystemService.resolveDrift) { request, _ in try await resolve(request) }
    }

    private func report() async throws -> DriftReply {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let ledger = hub.reconciler.ledger
        var findings: [FindingMessage] = []
        for network in networks {
            findings += ledger.findings(of: network.id).map { finding in
                FindingMessage(
                    network: network.settings.name.description, item: finding.item.subject.description,
                    message: finding.item.lines.joined(separator: "; "),
                    canAdopt: DriftAdoption.canAdopt(finding.item.subject), foundAt: finding.foundAt,
                    isIgnored: finding.isIgnored)
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

    private func resolve(_ request: ResolveDriftRequest) async throws -> ResolveDriftReply {
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
        let item = finding.item
        switch request.action {
        case "ignore":
            try await hub.stored { () async throws(StoreError) in
                try await hub.store.ignoreDrift(
                    IgnoredDrift(
                        networkID: network.id, item: item.subject.description, observed: item.identity))
            }
        case "heed", "restore":
            try await hub.stored { () async throws(StoreError) in
                try await hub.store.removeIgnoredDrift(in: network.id, item: item.subject.description)
            }
            if request.action == "restore" { ledger.forget(item, of: network.id) }
        case "adopt":
            try await hub.reconciler.changing {
                try await DriftAdoption(hub: hub, network: network).adopt(item.subject)
            }
        default:
            throw RPCError.invalidFields([
                FieldViolation(field: "action", message: "adopt, restore, ignore or heed")
            ])
        }
        let isRestoring = request.action == "restore" || request.action == "adopt"
        let result = await hub.reconciler.synchronize(isRestoring ? .network(network.id) : .everything(.check))
        return ResolveDriftReply(steps: result.steps, sync: SyncMessage(result))
    }
}
