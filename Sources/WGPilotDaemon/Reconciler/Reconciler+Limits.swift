import Logging
import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

extension Reconciler {
    /// Brings a network's interface to the kernel, and then the limits of its peers.
    func compareAll(
        _ id: Int64, _ cause: SyncScope.Cause, _ knowledge: inout KernelKnowledge
    ) async -> SyncResult {
        let result = await compare(id, cause, &knowledge)
        return result + (await compareLimits(of: id, cause, &knowledge))
    }

    /// Brings the limits of some peers to the kernel from what is known of it, and looks where nothing is known.
    ///
    /// - Parameter peers: Those of them that are in the kernel.
    func limit(
        _ keys: Set<PublicKey>, of id: Int64, to peers: [PublicKey: DesiredPeer], _ knowledge: inout KernelKnowledge
    ) async -> SyncResult {
        guard var known = knowledge.traffic.removeValue(forKey: id), known.link == knowledge.linkIndices[id] else {
            return await compareLimits(of: id, .change, &knowledge)
        }
        var result = SyncResult()
        for direction in TrafficDirection.allCases {
            guard var shape = known.shapes.removeValue(forKey: direction) else {
                // What failed before is tried again with whoever it concerns, and for the others by itself.
                if keys.contains(where: { peers[$0]?.limit[direction] != nil }) {
                    return await compareLimits(of: id, .change, &knowledge)
                }
                continue
            }
            let wasInUse = shape.isInUse
            // In place: a copy would cost as much as there are limited peers.
            let plan = Self.plan(&shape, keys, to: peers)
            guard let plan, await carryOut(plan, on: shape.interface) else {
                return await compareLimits(of: id, .change, &knowledge)
            }
            if shape.isInUse != wasInUse, direction == .up { known.mirror = await mirror(of: shape) }
            known.shapes[direction] = shape
            result.steps += plan.lines
            log(plan.lines)
        }
        knowledge.traffic[id] = known
        return result
    }

    /// What a change of some peers takes; nil where it cannot be made. By itself, for the optimiser of Swift 6.3.1 fails on
    /// asynchronous functions that throw such errors and go on for long.
    private static func plan(
        _ shape: inout TrafficShape, _ keys: Set<PublicKey>, to peers: [PublicKey: DesiredPeer]
    ) -> TrafficPlan? {
        try? shape.change(keys, to: peers)
    }

    /// Makes classes for peers that may come, and takes away those of too many that went, a few at a time; see
    /// ``TrafficShape/tend()``.
    ///
    /// - Returns: Whether there is more of it to do.
    func tendLimits(_ knowledge: inout KernelKnowledge) async -> Bool {
        var isMore = false
        for id in knowledge.traffic.keys.sorted() {
            for direction in TrafficDirection.allCases {
                guard let steps = knowledge.traffic[id]?.shapes[direction]?.tend(), !steps.isEmpty,
                    let interface = knowledge.traffic[id]?.interface
                else { continue }
                if await carryOut(TrafficPlan(steps: steps), on: interface) {
                    isMore = true
                } else {
                    // The next change looks at what there is.
                    knowledge.traffic[id] = nil
                }
            }
        }
        return isMore
    }

    /// The networks whose limits must be looked at: those that could not be set, and those of which somebody else changed
    /// something. A queue of thousands of classes takes half a second to read, so nobody else's is.
    func limitsToCompare(
        _ areBehind: Bool, _ meddled: Set<String?>, _ knowledge: KernelKnowledge
    ) -> [(id: Int64, cause: SyncScope.Cause)] {
        let behind = areBehind ? unlimited.withLock { Set($0.keys) } : []
        let all = Set(knowledge.interfaces.keys).union(knowledge.recognized)
        return all.sorted().compactMap { id in
            let names = knowledge.traffic[id]?.names
            let isMeddled =
                !meddled.isEmpty && (meddled.contains(nil) || names.map { !meddled.isDisjoint(with: $0) } ?? true)
            if isMeddled { return (id, .check) }
            return behind.contains(id) ? (id, .change) : nil
        }
    }

    /// Takes the steps of a plan, and says whether they could be taken.
    private func carryOut(_ plan: TrafficPlan, on interface: InterfaceName) async -> Bool {
        if plan.isEmpty { return true }
        do throws(KernelError) {
            try await host.apply(plan.steps, on: interface)
            return true
        } catch {
            logger.debug("limits are looked at anew", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Observes what is limited on a network's interface, compares it and repairs it, each direction by itself: where the
    /// kernel cannot limit the one, it may the other.
    ///
    /// As the rules of the firewall, limits are repaired whatever the network's policy is: they bound what peers may do.
    func compareLimits(
        of id: Int64, _ cause: SyncScope.Cause, _ knowledge: inout KernelKnowledge
    ) async -> SyncResult {
        knowledge.traffic[id] = nil
        let quiet = quietMoment
        var result = SyncResult()
        do {
            let isThere = knowledge.interfaces[id] != nil || knowledge.recognized.contains(id)
            // Where the interface is not there, that waits already, and its limits with it.
            guard isThere, let (interface, peers) = try await store.limitedPeers(in: id) else {
                setUnlimited([], of: id)
                return result
            }
            var known = KnownTraffic(interface: interface, link: knowledge.linkIndices[id])
            let observed = try await host.traffic(on: interface)
            for direction in [TrafficDirection.down, .up] {
                switch await bring(interface, direction, to: peers, from: observed) {
                case .success(let (shape, lines)):
                    known.shapes[direction] = shape
                    if direction == .up { known.mirror = await mirror(of: shape) }
                    result.steps += lines
                case .failure(let reason):
                    result.pending.append("\(interface): \(reason)")
                }
            }
            knowledge.traffic[id] = known
            log(result.steps)
            // What is committed and not yet in the kernel is nobody's meddling.
            if cause != .change, quiet != nil, quiet == quietMoment {
                ledger.note(result.steps, at: interface.description)
            }
        } catch {
            result.pending.append("bandwidth limits: \(error)")
        }
        setUnlimited(result.pending, of: id)
        return result
    }

    private func bring(
        _ interface: InterfaceName, _ direction: TrafficDirection, to peers: [PublicKey: DesiredPeer],
        from observed: ObservedTraffic
    ) async -> Result<(TrafficShape, [String]), LimitFailure> {
        do {
            let (shape, plan) = try TrafficShape.between(interface, direction, peers: peers, observed: observed)
            if !plan.isEmpty { try await host.apply(plan.steps, on: interface) }
            return .success((shape, plan.lines))
        } catch {
            return .failure(LimitFailure(description: "\(error)"))
        }
    }

    /// Takes away what limits peers of an interface, and the device beside it. What the interface itself bears goes with it.
    func removeLimits(of interface: InterfaceName, isDeleted: Bool) async throws(KernelError) -> [String] {
        let observed = try await host.traffic(on: interface)
        if isDeleted {
            guard case .ours = observed.mirror else { return [] }
            try await host.apply([.removeMirror], on: interface)
            return ["delete device \(TrafficShape.mirrorName(of: interface))"]
        }
        var lines: [String] = []
        for direction in TrafficDirection.allCases {
            guard
                let plan = try? TrafficShape.between(interface, direction, peers: [:], observed: observed).plan,
                !plan.isEmpty
            else { continue }
            try await host.apply(plan.steps, on: interface)
            lines += plan.lines
        }
        return lines
    }

    /// The index of the device that takes what comes from peers, where one is in use.
    private func mirror(of shape: TrafficShape) async -> Int? {
        guard shape.isInUse else { return nil }
        let name = TrafficShape.mirrorName(of: shape.interface)
        noteOwn(name)
        return (try? await kernel.links())?.first { $0.name == name }?.index
    }

    private func setUnlimited(_ reasons: [String], of id: Int64) {
        let isNews = unlimited.withLock { unlimited in
            defer { unlimited[id] = reasons.isEmpty ? nil : reasons }
            return unlimited[id] ?? [] != reasons
        }
        // What cannot be helped is tried again for ever, and told once.
        if isNews {
            for reason in reasons { logger.error("bandwidth not limited", metadata: ["error": "\(reason)"]) }
        }
    }

    private func log(_ lines: [String]) {
        for line in lines { logger.info("kernel changed", metadata: ["step": "\(line)"]) }
    }
}

/// Why a direction could not be limited.
private struct LimitFailure: Error, CustomStringConvertible {
    let description: String
}
