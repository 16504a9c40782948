import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

/// Looks the machine over, point by point, for `wgpilotctl doctor`.
struct Checkup: Sendable {
    let hub: Hub
    let networks: [Network]

    private var host: any HostNetwork { hub.reconciler.host }

    func checks() async -> [CheckMessage] {
        [
            backend, await forwarding(.ipv4Forwarding, isNeeded: enabled.isEmpty == false),
            await forwarding(.ipv6Forwarding, isNeeded: enabled.contains { $0.settings.subnet6 != nil }),
            await interfaceForwarding(), await routerAdvertisements(), await firewall(), await foreignRules(),
            await overlaps(), await connectionAccounting(), bandwidth, inStep,
            await peersOnline(), endpointHosts(await guess()),
        ]
    }

    private var enabled: [Network] { networks.filter(\.settings.enabled) }

    private var backend: CheckMessage {
        let backend = hub.kernel.backend
        if hub.kernel is MissingKernel {
            return .fault("backend", "this machine has no WireGuard: install a kernel that has it, or wireguard-go")
        }
        let text = "\(backend.kind.rawValue), \(backend.version)"
        return backend.kind == .kernel
            ? .ok("backend", text) : .warning("backend", "\(text); the kernel's own WireGuard would be faster")
    }

    private func forwarding(_ setting: KernelSetting, isNeeded: Bool) async -> CheckMessage {
        let name = setting.name
        do throws(KernelError) {
            guard let value = try await host.value(of: setting) else {
                return isNeeded ? .fault(name, "this kernel has no IPv6") : .ok(name, "not there, not needed")
            }
            if value == 0 && isNeeded {
                return .fault(
                    name, "off, and networks need it: wgpilotctl reconcile switches it on, or sysctl -w \(name)=1")
            }
            return .ok(name, value == 0 ? "off, not needed" : isNeeded ? "on" : "on, not needed by us")
        } catch {
            return .fault(name, "\(error)")
        }
    }

    /// Off for one interface alone, what comes out of its tunnels goes nowhere.
    private func interfaceForwarding() async -> CheckMessage {
        let name = "interface-forwarding"
        do throws(KernelError) {
            var off: [String] = []
            for network in enabled {
                let interface = network.interface.description
                if try await host.value(of: .ipv4InterfaceForwarding(interface: interface)) == 0 {
                    off.append(interface)
                }
            }
            return off.isEmpty
                ? .ok(name, "not off for any interface of ours")
                : .fault(name, "off for \(off.joined(separator: ", ")): wgpilotctl reconcile switches it on")
        } catch {
            return .fault(name, "\(error)")
        }
    }

    private func routerAdvertisements() async -> CheckMessage {
        let name = "router-advertisements"
        do throws(KernelError) {
            let links = try await host.interfacesWithRouterAdvertisements()
            let forwards = try await host.value(of: .ipv6Forwarding) ?? 0
            if links.isEmpty || forwards == 0 { return .ok(name, "no route depends on them") }
            return .warning(
                name,
                "\(links.joined(separator: ", ")) learned routes that are lost once they expire: set accept_ra to 2")
        } catch {
            return .fault(name, "\(error)")
        }
    }

    private func firewall() async -> CheckMessage {
        let name = "firewall"
        do throws(KernelError) {
            let isThere = try await host.firewallDigest() != nil
            if let reason = hub.reconciler.unruledReasons.first { return .fault(name, reason) }
            if isThere && enabled.isEmpty {
                return .warning(
                    name,
                    "the table inet wgpilot is there though this hub has no network for it: if it is a leftover, "
                        + "nft delete table inet wgpilot")
            }
            if isThere { return .ok(name, "nftables, table inet wgpilot") }
            return enabled.isEmpty
                ? .ok(name, "no rules, none needed") : .fault(name, "the table inet wgpilot is missing")
        } catch {
            return .fault(name, "\(error)")
        }
    }

    private func foreignRules() async -> CheckMessage {
        let name = "foreign-rules"
        do throws(KernelError) {
            let drops = try await host.foreignForwardDrops()
            if drops.isEmpty || enabled.isEmpty { return .ok(name, "nobody else drops what is forwarded") }
            return .warning(
                name, "what is forwarded must also pass \(drops.joined(separator: ", ")), which drops by default")
        } catch {
            return .fault(name, "\(error)")
        }
    }

    /// Nothing fails without it, so it is never a fault; that somebody wants it and cannot have it is worth a warning.
    private func connectionAccounting() async -> CheckMessage {
        let name = "connection-accounting"
        let setting = KernelSetting.connectionAccounting
        do throws(KernelError) {
            guard let value = try await host.value(of: setting) else {
                return .ok(name, "this kernel does not track connections yet")
            }
            if value != 0 { return .ok(name, "bytes of connections are counted (\(setting.name))") }
            if enabled.isEmpty { return .ok(name, "\(setting.name) is off, not needed") }
            return switch hub.configuration.connectionAccounting {
            case .auto: .ok(name, "\(setting.name) is off until somebody looks at connections")
            case .off: .ok(name, "\(setting.name) is off, and connection_accounting has it so")
            case .on:
                .warning(
                    name, "\(setting.name) is off though connection_accounting is on: sysctl -w \(setting.name)=1")
            }
        } catch {
            return .warning(name, "\(error)")
        }
    }

    /// What was checked when a network was made can come true later: a new address, a new route.
    private func overlaps() async -> CheckMessage {
        let name = "overlaps"
        do throws(RPCError) {
            let surroundings = try await hub.surroundings()
            var found: [String] = []
            for network in enabled {
                found += try await hub.overlaps(of: network, surroundings).map {
                    "network \(network.settings.name): \($0)"
                }
            }
            if found.isEmpty { return .ok(name, "no subnet or site is also reached by another interface") }
            let more = found.count > 5 ? "; and \(found.count - 5) more" : ""
            return .warning(name, found.prefix(5).joined(separator: "; ") + more)
        } catch {
            return .fault(name, error.message)
        }
    }

    private var bandwidth: CheckMessage {
        let reasons = hub.reconciler.unlimitedReasons
        return reasons.isEmpty
            ? .ok("bandwidth", "no limit waits") : .fault("bandwidth", reasons.joined(separator: "; "))
    }

    private var inStep: CheckMessage {
        let pending = hub.reconciler.pendingReasons
        return pending.isEmpty
            ? .ok("in-step", "the kernel is as the database says")
            : .fault("in-step", "waiting: \(pending.joined(separator: "; "))")
    }

    /// By the same rule as everywhere.
    private func peersOnline() async -> CheckMessage {
        let name = "peers-online"
        guard let online = await hub.online(of: networks) else {
            return .warning(name, "the kernel cannot be asked who is online")
        }
        var peers = 0
        for network in enabled { peers += (try? await hub.store.peerCount(in: network.id)) ?? 0 }
        return .ok(name, "\(online) of \(peers)")
    }

    private func guess() async -> Bool? {
        guard let found = try? await hub.defaultEndpointHost() else { return nil }
        return found.isGuess
    }

    private func endpointHosts(_ isGuess: Bool?) -> CheckMessage {
        let name = "endpoint-host"
        let without = networks.filter { $0.settings.endpointHost == nil }.map(\.settings.name.description)
        if without.isEmpty || isGuess == false { return .ok(name, "known for every network") }
        let list = without.joined(separator: ", ")
        return .warning(
            name,
            isGuess == nil
                ? "unknown for \(list): set endpoint_host" : "only a guess for \(list): set endpoint_host")
    }
}

extension CheckMessage {
    fileprivate static func ok(_ name: String, _ message: String) -> Self {
        Self(name: name, result: "ok", message: message)
    }

    fileprivate static func warning(_ name: String, _ message: String) -> Self {
        Self(name: name, result: "warning", message: message)
    }

    fileprivate static func fault(_ name: String, _ message: String) -> Self {
        Self(name: name, result: "fault", message: message)
    }
}
