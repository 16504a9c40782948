import WGPilotCore
import WGPilotNetlink
import WGPilotStore

/// Tells what a change that was only rehearsed would do to the machine.
struct PlanPreview {
    let reconciler: Reconciler

    /// The exact change, one line each: what the kernel would be told, given what it has at this moment.
    func lines(_ rehearsal: Rehearsal) async -> [String] {
        guard let outcome = rehearsal.outcome else { return [] }
        let (before, after) = (outcome.before, outcome.after)
        var lines: [String] = []
        for name in after.retired.subtracting(before.retired).sorted() {
            lines += Plan.between(desired: nil, observed: await observed(name, nil), name: name).lines
            if case .ours = await traffic(on: name).mirror {
                lines.append("delete device \(TrafficShape.mirrorName(of: name))")
            }
        }
        for (id, desired) in after.interfaces.sorted(by: { $0.key < $1.key }) {
            let there = await observed(desired.name, before.interfaces[id])
            lines += Plan.between(desired: desired, observed: there, name: desired.name).lines
            lines += limits(desired, await traffic(on: desired.name))
        }
        for (setting, value) in await reconciler.forwarding(for: after.firewall) {
            lines.append("set \(setting.name) to \(value)")
        }
        let rules = FirewallRuleset(after.firewall).lines
        for change in rules.difference(from: FirewallRuleset(before.firewall).lines) {
            switch change {
            case .insert(_, let rule, _): lines.append("firewall: add \(rule)")
            case .remove(_, let rule, _): lines.append("firewall: remove \(rule)")
            }
        }
        return lines
    }

    /// What a comparison would repair now, one line each; where the database or the kernel cannot be asked, that.
    func comparison() async -> [String] {
        var lines: [String] = []
        do {
            let state = try await reconciler.store.hubState()
            for name in state.retired.sorted() {
                lines += Plan.between(desired: nil, observed: await observed(name, nil), name: name).lines
            }
            for (id, desired) in state.interfaces.sorted(by: { $0.key < $1.key }) {
                lines += limits(desired, try await reconciler.host.traffic(on: desired.name))
                let observed = try await reconciler.kernel.observe(desired.name)
                let plan = Plan.between(desired: desired, observed: observed, name: desired.name)
                // Under this policy whatever differs waits for a decision.
                if try await reconciler.store.network(id).settings.driftPolicy == .report { continue }
                let ignored = try await reconciler.store.ignoredDrift(in: id)
                lines += plan.items(observed: observed).filter { item in
                    !ignored.contains { $0.item == item.subject.description && $0.observed == item.identity }
                }.flatMap(\.lines)
            }
            if try await reconciler.rulesDiffer(from: FirewallRuleset(state.firewall)) {
                lines.append(state.firewall.networks.isEmpty ? Reconciler.removal : Reconciler.replacement)
            }
            for (setting, value) in await reconciler.forwarding(for: state.firewall) {
                lines.append("set \(setting.name) to \(value)")
            }
        } catch {
            lines.append("unknown: \(error)")
        }
        return lines
    }

    /// What would be done about limits, each direction by itself.
    private func limits(_ desired: DesiredInterface, _ observed: ObservedTraffic) -> [String] {
        [TrafficDirection.down, .up].flatMap { direction in
            do throws(TrafficObstacle) {
                return try TrafficShape.between(desired.name, direction, peers: desired.peers, observed: observed).plan
                    .lines
            } catch {
                return ["\(desired.name): \(direction.rawValue): not limited: \(error)"]
            }
        }
    }

    /// The limits as they are; where the kernel cannot be asked, none.
    private func traffic(on name: InterfaceName) async -> ObservedTraffic {
        (try? await reconciler.host.traffic(on: name)) ?? ObservedTraffic()
    }

    /// The interface as it is; where the kernel cannot be asked, as the database had it before the change.
    private func observed(_ name: InterfaceName, _ before: DesiredInterface?) async -> ObservedInterface? {
        do throws(KernelError) {
            return try await reconciler.kernel.observe(name)
        } catch {
            return before.map { ObservedInterface(applied: $0) }
        }
    }
}
