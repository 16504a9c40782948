import Logging
import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

extension Reconciler {
    /// Deletes the interfaces of networks that were deleted or disabled, and gives back those whose import was undone.
    func deleteRetired(_ knowledge: inout KernelKnowledge) async -> SyncResult {
        var result = SyncResult()
        do {
            for name in try await store.retiredInterfaces().sorted() {
                do {
                    let observed = try await kernel.observe(name)
                    let steps = Plan.between(desired: nil, observed: observed, name: name).steps
                    if let observed { knowledge.lost.add(lostBy: steps, observed) }
                    try await kernel.apply(steps)
                    result.steps += steps.map(\.description)
                    result.steps += try await removeLimits(of: name, isDeleted: true)
                    try await store.confirmRetired(name)
                } catch let error as KernelError where error.code == .nameTaken {
                    // Somebody else's interface bears the name now: ours is gone, and theirs is left alone.
                    try await store.confirmRetired(name)
                } catch let error as KernelError {
                    result.pending.append("interface \(name): \(error)")
                }
            }
            for name in try await store.givenBackInterfaces().sorted() {
                do {
                    result.steps += try await giveBack(name).map(\.description)
                    result.steps += try await removeLimits(of: name, isDeleted: false)
                    try await store.confirmGivenBack(name)
                } catch let error as KernelError where error.code == .nameTaken {
                    try await store.confirmGivenBack(name)
                } catch let error as KernelError {
                    result.pending.append("interface \(name): \(error)")
                }
            }
        } catch {
            result.pending.append("the database: \(error)")
        }
        undeleted.withLock { $0 = result.pending }
        return result
    }

    /// Takes our routes off an interface that was there before us; all else on it is as it was found.
    private func giveBack(_ name: InterfaceName) async throws(KernelError) -> [PlanStep] {
        guard let observed = try await kernel.observe(name) else { return [] }
        let steps = observed.routes.sorted().map { PlanStep.removeRoute(name, $0) }
        try await kernel.apply(steps)
        return steps
    }

    /// Brings some peers to the kernel from what is known of it; compares the network whole where nothing is known.
    func apply(
        _ keys: Set<PublicKey>, of id: Int64, _ knowledge: inout KernelKnowledge
    ) async -> SyncResult {
        guard var known = knowledge.take(id) else { return await compareAll(id, .change, &knowledge) }
        let name = known.state.name
        do {
            let desired = try await store.desiredPeers(in: id, Array(keys))
            if knowledge.firewallIsBehind && !desired.isEmpty { throw RulesMissing() }
            let changes = PeerChange.between(observed: known.state.peers, desired: desired, keys: keys)
            var steps: [PlanStep] = []
            if !changes.isEmpty { steps.append(.configure(name, DeviceChange(peers: changes))) }
            var routes: Set<IPPrefix> = []
            var formerRoutes: Set<IPPrefix> = []
            for key in keys {
                routes.formUnion(desired[key]?.routes ?? [])
                formerRoutes.formUnion(known.state.routes.intersection(known.state.peers[key]?.allowedIPs ?? []))
            }
            routes.subtract(known.state.foreignRoutes)
            steps += formerRoutes.subtracting(routes).sorted().map { .removeRoute(name, $0) }
            steps += routes.subtracting(known.state.routes).sorted().map { .addRoute(name, $0) }
            knowledge.lost.add(lostBy: steps, known.state)
            let missed = try await take(steps)
            knowledge.newEndpoints[id] = nil
            for key in keys {
                var observed = desired[key].map(ObservedPeer.init(applied:))
                if let status = known.state.peers[key]?.status, status.endpoint != nil { observed?.status = status }
                known.set(observed, for: key)
            }
            known.setRoutes(known.state.routes.subtracting(formerRoutes).union(routes).subtracting(missed.keys))
            knowledge.interfaces[id] = known
            // What waits already is another change's affair; only a comparison of the whole can say that nothing does.
            let result = finish(id, name, steps, missed.isEmpty ? nil : MissedRoutes(missed), clears: false)
            return result + (await limit(keys, of: id, to: desired, &knowledge))
        } catch let error as KernelError where error.code == .noSuchDevice {
            // Somebody deleted the interface: make it again now rather than answer that it is pending.
            return await compareAll(id, .change, &knowledge)
        } catch {
            return finish(id, name, [], error)
        }
    }

    /// Observes a network's interface, compares it whole and repairs it, but for what the policy or a person wants left.
    func compare(
        _ id: Int64, _ cause: SyncScope.Cause, _ knowledge: inout KernelKnowledge
    ) async -> SyncResult {
        knowledge.interfaces[id] = nil
        var name: InterfaceName?
        do {
            let quiet = quietMoment
            if cause == .start, try await recognize(id, &knowledge) { return SyncResult() }
            let expected = try await store.networks().first { $0.id == id && $0.settings.enabled }?.interface
            name = expected
            if let expected, cause != .check, let result = try await makeAnew(expected, of: id, &knowledge) {
                return result
            }
            // The dump of the kernel takes about as long as the rows of the database; neither waits for the other.
            async let seen: ObservedInterface? =
                if let expected { try await kernel.observe(expected) } else { nil }
            guard let versioned = try await store.versionedInterface(id) else {
                knowledge.newEndpoints[id] = nil
                knowledge.linkIndices[id] = nil
                try await settle([], of: id)
                pending.withLock { $0[id] = nil }
                return SyncResult()
            }
            let desired = versioned.interface
            name = desired.name
            noteOwn(desired.name)
            // A network that the rules do not know yet would be open in every direction.
            if knowledge.firewallIsBehind,
                knowledge.firewall?.networks.contains(where: { $0.interface == desired.name }) != true
            {
                throw RulesMissing()
            }
            var observed = try await seen
            if let observed { sightings?.note(desired.name) { observed.peers.mapValues(\.status) } }
            for key in knowledge.newEndpoints[id] ?? [] { observed?.peers[key]?.status.endpoint = nil }
            let plan = Plan.between(desired: desired, observed: observed, name: desired.name)
            let isGone = observed == nil && knowledge.linkIndices[id] != nil
            let left = try await leave(plan, observed, of: id, cause, since: quiet, isGone: isGone)
            var steps = left.isEmpty ? plan.steps : plan.only { !left.contains($0) }.steps
            let newcomers = knowledge.firewallIsBehind ? steps.takeNewPeers() : 0
            if let observed { knowledge.lost.add(lostBy: steps, observed) }
            let missed = try await take(steps)
            knowledge.newEndpoints[id] = nil
            if observed == nil, left.isEmpty, newcomers == 0, missed.isEmpty {
                // Made just now by these very steps: a dump of all its peers would tell nothing new.
                observed = ObservedInterface(applied: desired)
            } else if !steps.isEmpty {
                observed = try await kernel.observe(desired.name)
            }
            knowledge.interfaces[id] = observed.map(KnownInterface.init)
            if left.contains(.interface) {
                var result = finish(id, desired.name, steps, nil)
                if cause == .change { result.undecided.append(Self.deleted(desired.name)) }
                return result
            }
            knowledge.linkIndices[id] = try await kernel.links().first { $0.name == desired.name.description }?.index
            if cause != .change { ledger.note(steps.reportLines, at: desired.name.description) }
            if newcomers > 0 { return finish(id, desired.name, steps, RulesMissing()) }
            if !versioned.isSealed, left.isEmpty, missed.isEmpty { knowledge.unsealed[id] = versioned }
            return finish(id, desired.name, steps, missed.isEmpty ? nil : MissedRoutes(missed))
        } catch {
            return finish(id, name, [], error)
        }
    }

    /// Makes an interface that is not there: the first peers are in the kernel while the next are still read and their
    /// secrets opened, for with many of them either takes its time.
    ///
    /// - Returns: nil where the interface is there, or where there is more to it than to make it.
    private func makeAnew(
        _ name: InterfaceName, of id: Int64, _ knowledge: inout KernelKnowledge
    ) async throws -> SyncResult? {
        guard !knowledge.firewallIsBehind, knowledge.linkIndices[id] == nil, ledger.findings(of: id).isEmpty,
            try await !kernel.links().contains(where: { $0.name == name.description }),
            try await store.ignoredDrift(in: id).isEmpty, try await store.undecidedDrift(in: id).isEmpty
        else { return nil }
        noteOwn(name)
        let (parts, feed) = AsyncStream.makeStream(of: DesiredInterface.self)
        async let reading = read(id, into: feed)
        var made: ObservedInterface?
        for await part in parts {
            var change = DeviceChange(peers: part.peers.values.map { .add($0) })
            if made == nil {
                (change.privateKey, change.listenPort) = (part.privateKey, part.listenPort)
                try await kernel.apply(Plan.creation(of: part) + [.configure(name, change)])
            } else {
                try await kernel.apply([.configure(name, change)])
            }
            made = made ?? ObservedInterface(created: part)
        }
        guard let versioned = try await reading, var made else { return nil }
        let desired = versioned.interface
        made.peers = desired.peers.mapValues { ObservedPeer(applied: $0) }
        let rest = Plan.between(desired: desired, observed: made, name: name).steps
        let missed = try await take(rest)
        knowledge.newEndpoints[id] = nil
        knowledge.interfaces[id] = KnownInterface(
            missed.isEmpty ? ObservedInterface(applied: desired) : try await kernel.observe(name) ?? made)
        knowledge.linkIndices[id] = try await kernel.links().first { $0.name == name.description }?.index
        if missed.isEmpty && !versioned.isSealed { knowledge.unsealed[id] = versioned }
        let whole = DeviceChange(
            privateKey: desired.privateKey, listenPort: desired.listenPort,
            peers: desired.peers.values.map { .add($0) })
        return finish(
            id, name, Plan.creation(of: desired) + [.configure(name, whole)] + rest,
            missed.isEmpty ? nil : MissedRoutes(missed))
    }

    /// Reads what an interface should be, and tells it part by part meanwhile.
    private func read(
        _ id: Int64, into feed: AsyncStream<DesiredInterface>.Continuation
    ) async throws -> VersionedInterface? {
        defer { feed.finish() }
        return try await store.versionedInterface(id) { feed.yield($0) }
    }

    /// Knows an interface again that is as the database has it, by the seal of its device. What its peers are is then not
    /// known yet; see ``KernelKnowledge/recognized``.
    ///
    /// - Returns: Whether nothing has to be done; false where that cannot be told so.
    private func recognize(_ id: Int64, _ knowledge: inout KernelKnowledge) async throws -> Bool {
        guard !knowledge.firewallIsBehind, knowledge.newEndpoints[id] == nil else { return false }
        let recognized: RecognizedInterface
        if let ahead = knowledge.ahead {
            // What was changed in the database since then took the seal away.
            guard let seen = ahead[id], try await store.sealedInterface(id)?.isSame(as: seen.sealed) == true else {
                return false
            }
            recognized = seen
        } else {
            guard let seen = try await recognition(of: id) else { return false }
            recognized = seen
        }
        noteOwn(recognized.name)
        _ = try await leave(Plan(), nil, of: id, .start, since: nil, isGone: false)
        knowledge.linkIndices[id] = recognized.index
        knowledge.recognized.insert(id)
        _ = finish(id, recognized.name, [], nil)
        return true
    }

    /// A network's interface where it is as the database has it; nil where that is not so or cannot be told without
    /// looking at each peer.
    func recognition(of id: Int64) async throws -> RecognizedInterface? {
        guard let sealed = try await store.sealedInterface(id),
            let glance = try await kernel.glance(at: sealed.outline.name, locating: sealed.outline.located),
            sealed.outline.isMet(by: glance),
            store.isInStep(glance.imprint, with: sealed, program: BuildInformation.version)
        else { return nil }
        return RecognizedInterface(name: sealed.outline.name, index: glance.index, sealed: sealed)
    }

    /// Stores by what the devices are known again that were found in step or brought there. Nobody waits for it, and a
    /// device that is not known again costs the next start time and nothing else.
    func seal(_ devices: [Int64: VersionedInterface]) async {
        for (id, device) in devices {
            do {
                try await store.sealDevice(of: id, device, program: BuildInformation.version)
            } catch {
                logger.debug("a device is not sealed", metadata: ["network": "\(id)", "error": "\(error)"])
            }
        }
    }

    private static func deleted(_ name: InterfaceName) -> String {
        "the interface \(name) was deleted by somebody else, and is made again when wgpilotctl drift restore says so"
    }

    /// Remembers what differs of a network, and over a restart what of it waits for a decision.
    private func settle(_ items: [(item: DriftItem, isIgnored: Bool)], of id: Int64) async throws {
        let known = ledger.findings(of: id).contains { !$0.isIgnored }
        let undecided = Set(items.filter { !$0.isIgnored }.map(\.item.identity))
        ledger.setFindings(items, of: id)
        if !known && undecided.isEmpty { return }
        if try await store.undecidedDrift(in: id) != undecided {
            try await store.setUndecidedDrift(in: id, undecided)
        }
    }

    /// What of a plan is not to be done: what somebody decided to leave, and what the policy wants decided first.
    ///
    /// - Parameter isGone: Whether the interface was there and somebody deleted it: no change of the network's own makes
    ///   it again before that is decided.
    private func leave(
        _ plan: Plan, _ observed: ObservedInterface?, of id: Int64, _ cause: SyncScope.Cause, since quiet: Int?,
        isGone: Bool
    ) async throws -> Set<DriftSubject> {
        // What waited before a restart waits still; the ledger does not know it yet.
        let before = cause == .start ? try await store.undecidedDrift(in: id) : []
        if plan.isEmpty {
            try await settle([], of: id)
            if !before.isEmpty { try await store.setUndecidedDrift(in: id, []) }
            return []
        }
        let ignored = try await store.ignoredDrift(in: id)
        let policy = try await store.network(id).settings.driftPolicy
        if ignored.isEmpty && policy == .repair {
            try await settle([], of: id)
            if !before.isEmpty { try await store.setUndecidedDrift(in: id, []) }
            return []
        }
        if policy == .report && cause == .check && (quiet == nil || quiet != quietMoment) {
            // A change is on its way: what differs may be its own, which it brings to the kernel itself.
            return Set(plan.items(observed: observed).map(\.subject))
        }
        let known = before.union(ledger.findings(of: id).map(\.item.identity))
        let restored = ledger.takeRestored(of: id)
        var left: [(item: DriftItem, isIgnored: Bool)] = []
        for item in plan.items(observed: observed) {
            if ignored.contains(where: { $0.item == item.subject.description && $0.observed == item.identity }) {
                left.append((item, true))
            } else if policy == .report && !restored.contains(item.identity),
                cause == .check || known.contains(item.identity) || (isGone && cause == .change)
            {
                left.append((item, false))
            }
        }
        try await settle(left, of: id)
        return Set(left.map(\.item.subject))
    }

    /// The networks whose link is not as it was left: gone, made anew, down, with other addresses or routes.
    func networksWithChangedLinks(_ knowledge: KernelKnowledge) async -> [Int64] {
        do {
            let links = try await kernel.links()
            var changed: [Int64] = []
            for network in try await store.networks() where network.settings.enabled {
                guard let known = knowledge.interfaces[network.id]?.state,
                    let link = links.first(where: { $0.name == network.interface.description }),
                    link.index == knowledge.linkIndices[network.id], link.isUp == known.isUp, link.mtu == known.mtu,
                    Set(link.globalAddresses) == known.addresses,
                    try await host.ownRoutes(through: network.interface) == known.routes,
                    Self.isMirrorThere(knowledge.traffic[network.id], of: network.interface, links)
                else {
                    changed.append(network.id)
                    continue
                }
            }
            return changed
        } catch {
            logger.error("links cannot be looked at", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// Whether the device that takes what comes from peers is as it was left, where one is in use.
    private static func isMirrorThere(_ known: KnownTraffic?, of interface: InterfaceName, _ links: [LinkInfo]) -> Bool
    {
        guard let index = known?.mirror else { return true }
        let name = TrafficShape.mirrorName(of: interface)
        return links.contains { $0.name == name && $0.index == index && $0.isUp }
    }

    /// Takes the steps; throws at the first that fails, but for new routes: a route that is not ours may be in the way of
    /// one, and the others must be there all the same.
    ///
    /// - Returns: The routes that could not be added, each with the reason.
    private func take(_ steps: [PlanStep]) async throws(KernelError) -> [IPPrefix: KernelError] {
        var additions: [(InterfaceName, IPPrefix)] = []
        var others: [PlanStep] = []
        for step in steps {
            if case .addRoute(let name, let prefix) = step {
                additions.append((name, prefix))
            } else {
                others.append(step)
            }
        }
        if !others.isEmpty { try await kernel.apply(others) }
        var missed: [IPPrefix: KernelError] = [:]
        for (name, prefix) in additions {
            do throws(KernelError) {
                try await kernel.apply([.addRoute(name, prefix)])
            } catch  where error.code == .noSuchDevice {
                throw error
            } catch {
                missed[prefix] = error
            }
        }
        return missed
    }

    /// Remembers and logs what came of one network.
    private func finish(
        _ id: Int64, _ name: InterfaceName?, _ steps: [PlanStep], _ error: (any Error)?, clears: Bool = true
    ) -> SyncResult {
        let place = name?.description ?? "network \(id)"
        var result = SyncResult(steps: steps.map(\.description))
        if let error {
            let reason = "\(place): \(error)"
            result.pending.append(reason)
            pending.withLock { $0[id] = reason }
            // A comparison that the end of the process cuts short is nobody's fault.
            let level: Logger.Level = Task.isCancelled ? .debug : .error
            logger.log(
                level: level, "kernel not in step", metadata: ["interface": "\(place)", "error": "\(error)"])
        } else {
            if clears { pending.withLock { $0[id] = nil } }
            for step in steps {
                logger.info("kernel changed", metadata: ["interface": "\(place)", "step": "\(step)"])
            }
        }
        return result
    }
}

/// The routes that could not be added, as one error.
private struct MissedRoutes: Error, CustomStringConvertible {
    let description: String

    init(_ missed: [IPPrefix: KernelError]) {
        description = missed.sorted { $0.key < $1.key }.map(\.value.description).joined(separator: "; ")
    }
}

/// Nothing may come up that the rules do not bound yet.
private struct RulesMissing: Error, CustomStringConvertible {
    let description = "it waits until the firewall's rules are in place"
}

extension [PlanStep] {
    /// Takes the peers out that are not there yet, and says how many these are.
    fileprivate mutating func takeNewPeers() -> Int {
        var taken = 0
        self = compactMap { step in
            guard case .configure(let name, var change) = step else { return step }
            let count = change.peers.count
            change.peers.removeAll { if case .add = $0 { true } else { false } }
            taken += count - change.peers.count
            return change.isEmpty ? nil : .configure(name, change)
        }
        return taken
    }
}
