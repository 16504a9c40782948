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
        } catch {
            result.pending.append("the database: \(error)")
        }
        unruled.withLock { $0 = result.pending }
        for step in result.steps { logger.info("kernel changed", metadata: ["step": "\(step)"]) }
        for reason in result.pending { logger.error("kernel not in step", metadata: ["error": "\(reason)"]) }
        return result
    }

    private func setRules(_ ruleset: FirewallRuleset) async throws -> [String] {
        let listed = try await host.firewallDigest()
        guard let text = ruleset.text else {
            if listed == nil { return [] }
            try await host.replaceFirewall(nil)
            try await store.setFirewallMark(nil)
            return ["remove the firewall's rules"]
        }
        let digest = Array(ruleset.digest.utf8)
        if let listed, try await store.firewallMark() == FirewallMark(applied: digest, listing: Array(listed.utf8)) {
            return []
        }
        try await host.replaceFirewall(text)
        if let listing = try await host.firewallDigest() {
            try await store.setFirewallMark(FirewallMark(applied: digest, listing: Array(listing.utf8)))
        }
        return ["replace the firewall's rules"]
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

extension FirewallState {
    fileprivate var hasV6: Bool { networks.contains { $0.subnets.contains { !$0.address.isV4 } } }

    fileprivate func needs(_ setting: KernelSetting) -> Bool {
        switch setting {
        case .ipv4Forwarding: !networks.isEmpty
        case .ipv6Forwarding, .acceptRouterAdvertisements: hasV6
        }
    }
}
