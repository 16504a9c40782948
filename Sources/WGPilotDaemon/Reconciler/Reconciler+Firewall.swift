import Logging
import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

extension Reconciler {
    /// Brings rules and forwarding to what the database says.
    ///
    /// Whether the kernel's rules are those that were set last is told by the digest of their listing, which is kept
    /// beside the digest of what was set: so nothing is written where nothing changed, after a restart too.
    ///
    /// - Parameter verifying: Reads the rules back though the database's did not change.
    func synchronizeFirewall(_ knowledge: inout KernelKnowledge, verifying: Bool) async -> SyncResult {
        var result = SyncResult()
        do {
            let state = try await store.desiredFirewall()
            if !verifying && state == knowledge.firewall && !knowledge.firewallIsBehind { return result }
            let isNews = knowledge.firewall != state
            do {
                result.steps += try await setRules(FirewallRuleset(state))
                // What was repaired rather than changed is worth telling.
                if !isNews { ledger.note(result.steps, at: "firewall") }
                knowledge.firewall = state
                knowledge.firewallIsBehind = false
            } catch {
                knowledge.firewallIsBehind = true
                result.pending.append("firewall: \(error)")
            }
            // A machine that forwards without rules would be open, so forwarding comes after them.
            if !knowledge.firewallIsBehind { result = await result + setForwarding(for: state) }
            if alwaysCounts && !state.networks.isEmpty { _ = await countConnections() }
        } catch {
            result.pending.append("the database: \(error)")
        }
        unruled.withLock { $0 = result.pending }
        for step in result.steps { logger.info("kernel changed", metadata: ["step": "\(step)"]) }
        for reason in result.pending { logger.error("kernel not in step", metadata: ["error": "\(reason)"]) }
        return result
    }

    static let replacement = "replace the firewall's rules"
    static let removal = "remove the firewall's rules"

    /// Whether the kernel's table is another than these rules made it.
    func rulesDiffer(from ruleset: FirewallRuleset) async throws -> Bool {
        let listed = try await host.firewallDigest()
        let mark = try await store.firewallMark()
        // A table that this hub never set is another's, whatever its name.
        guard ruleset.text != nil else { return listed != nil && mark != nil }
        guard let listed else { return true }
        return mark != FirewallMark(applied: Array(ruleset.digest.utf8), listing: Array(listed.utf8))
    }

    private func setRules(_ ruleset: FirewallRuleset) async throws -> [String] {
        guard try await rulesDiffer(from: ruleset) else { return [] }
        guard let text = ruleset.text else {
            try await host.replaceFirewall(nil)
            try await store.setFirewallMark(nil)
            return [Self.removal]
        }
        let digest = Array(ruleset.digest.utf8)
        // From here on the table is ours to remove, however this ends; no listing has the digest of the text.
        if try await store.firewallMark() == nil {
            try await store.setFirewallMark(FirewallMark(applied: digest, listing: digest))
        }
        let listing = try await replaceRules(text)
        try await store.setFirewallMark(FirewallMark(applied: digest, listing: Array(listing.utf8)))
        return [Self.replacement]
    }

    /// How often the rules are set again because somebody else wrote rules meanwhile.
    private static let attempts = 5

    /// Replaces the table, and tells the digest of its listing. Whatever somebody else wrote between the two would pass for
    /// ours for ever, so they count only where no other transaction came between.
    private func replaceRules(_ text: String) async throws -> String {
        for _ in 0..<Self.attempts {
            let before = try await host.firewallGeneration()
            try await host.replaceFirewall(text)
            let listing = try await host.firewallDigest()
            if let listing, try await host.firewallGeneration() == before &+ 1 { return listing }
        }
        throw RulesUnsettled()
    }

    /// The settings of the kernel that must change for these networks, with their new values; none where the kernel cannot
    /// be asked. What keeps routes alive comes before what would let them expire.
    func forwarding(for state: FirewallState) async -> [(setting: KernelSetting, value: Int)] {
        (try? await missingForwarding(for: state))?.map { ($0.setting, $0.value) } ?? []
    }

    private func missingForwarding(
        for state: FirewallState
    ) async throws(KernelError) -> [(setting: KernelSetting, before: Int, value: Int)] {
        var wanted: [(KernelSetting, Int)] = []
        if state.hasV6 {
            // Else these would lose the routes that they learn as soon as the machine forwards.
            wanted = try await host.interfacesWithRouterAdvertisements().map {
                (.acceptRouterAdvertisements(interface: $0), 2)
            }
            wanted.append((.ipv6Forwarding, 1))
        }
        if !state.networks.isEmpty { wanted.append((.ipv4Forwarding, 1)) }
        // Switching the machine's on sets that of every interface; with it on, one may be off by itself.
        if try await host.value(of: .ipv4Forwarding) == 1 {
            wanted += state.networks.map { (.ipv4InterfaceForwarding(interface: $0.interface.description), 1) }
        }
        var missing: [(setting: KernelSetting, before: Int, value: Int)] = []
        for (setting, value) in wanted {
            if let before = try await host.value(of: setting), before < value {
                missing.append((setting, before, value))
            }
        }
        return missing
    }

    /// Switches forwarding on where a network needs it, remembers how it was, and puts it back when none does.
    private func setForwarding(for state: FirewallState) async -> SyncResult {
        var result = SyncResult()
        do {
            for (setting, before, value) in try await missingForwarding(for: state) {
                try await store.noteKernelSetting(setting.name, before: String(before), set: String(value))
                try await host.set(setting, to: value)
                result.steps.append("set \(setting.name) to \(value)")
            }
            for note in try await store.changedKernelSettings() {
                guard let setting = KernelSetting(name: note.key), !state.needs(setting) else { continue }
                // Somebody else's value by now is theirs to keep.
                if let value = try await host.value(of: setting), String(value) == note.valueSet,
                    let before = Int(note.valueBefore)
                {
                    try await host.set(setting, to: before)
                    result.steps.append("set \(note.key) back to \(before)")
                }
                try await store.forgetKernelSetting(note.key)
            }
        } catch {
            result.pending.append("forwarding: \(error)")
        }
        return result
    }
}

/// Somebody else writes rules as fast as we do.
private struct RulesUnsettled: Error, CustomStringConvertible {
    let description =
        "somebody else kept changing the machine's rules while ours were set, so that it is not known whether theirs are "
        + "among ours; it is tried again"
}

extension FirewallState {
    fileprivate var hasV6: Bool { networks.contains { $0.subnets.contains { !$0.address.isV4 } } }

    fileprivate func needs(_ setting: KernelSetting) -> Bool {
        switch setting {
        case .ipv4Forwarding: !networks.isEmpty
        case .ipv6Forwarding, .acceptRouterAdvertisements: hasV6
        case .ipv4InterfaceForwarding(let name): networks.contains { $0.interface.description == name }
        // Whoever looked at connections once finds them counted the next time, until the hub has no network any more.
        case .connectionAccounting, .connectionTimestamps: !networks.isEmpty
        }
    }
}
