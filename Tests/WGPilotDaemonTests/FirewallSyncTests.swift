import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Rules and forwarding follow the database")
struct FirewallSyncTests {
    private static let refusal = KernelError(code: .io, operation: "replace the rules", message: "no such luck")

    @Test("a network's rules are there before its interface is")
    func order() async throws {
        try await DaemonFixture.with { daemon, client in
            daemon.host.fail(.replaceFirewall, with: Self.refusal)
            let reply = try await client.call(
                NetworksService.create, CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24"))
            #expect(reply.sync?.isPending == true)
            #expect(reply.sync?.reason?.contains("no such luck") == true)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0")) == nil)
            // A machine that forwards without rules would be open.
            #expect(try await daemon.host.value(of: .ipv4Forwarding) == 0)
            daemon.host.fail(.replaceFirewall, with: nil)
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.pending.isEmpty)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.isUp == true)
            #expect(daemon.host.firewall?.contains("\"wg0\"") == true)
        }
    }

    @Test("a network that runs keeps running while new rules cannot be set, and new peers wait")
    func behind() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.host.fail(.replaceFirewall, with: Self.refusal)
            let rule = CreateRuleRequest(network: "office", action: "deny", destination: "192.0.2.0/24")
            #expect(try await client.call(RulesService.create, rule).sync?.isPending == true)
            let reply = try await client.call(PeersService.create, CreatePeerRequest(network: "office", name: "b"))
            #expect(reply.sync?.isPending == true)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.peers.count == 1)
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "a"))
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.peers.isEmpty == true)
        }
    }

    @Test("peers that no rule is about change no rules")
    func peersAlone() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.host.forgetWrites()
            for name in ["a", "b", "c"] { try await client.makePeer(name) }
            #expect(daemon.host.writes.isEmpty)
        }
    }

    @Test("rules that somebody changed or removed come back, on news and on a comparison, and are told")
    func tampering() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let rules = daemon.host.firewall
            for tampered in [nil, "table inet wgpilot { }"] {
                daemon.host.firewall = tampered
                let result = await daemon.reconciler.synchronize(.firewall)
                #expect(result.steps == ["replace the firewall's rules"])
                #expect(daemon.host.firewall == rules)
            }
            daemon.host.forgetWrites()
            #expect(await daemon.reconciler.synchronize(.everything(.check)).steps.isEmpty)
            #expect(daemon.host.writes.isEmpty)
            let report = try await client.call(SystemService.drift, Empty())
            #expect(report.repairs.map(\.place) == ["firewall", "firewall"])
        }
    }

    @Test("a rule that somebody slips in between our setting of the rules and our reading them back goes again")
    func slippedIn() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let rules = daemon.host.firewall
            daemon.host.afterReplacing { host in
                host.afterReplacing(nil)
                host.firewall? += "insert rule inet wgpilot forward ip saddr 10.66.66.1 accept"
            }
            daemon.host.firewall = nil
            #expect(await daemon.reconciler.synchronize(.firewall).pending.isEmpty)
            #expect(daemon.host.firewall == rules)
            daemon.host.forgetWrites()
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(daemon.host.writes.isEmpty)
        }
    }

    @Test("rules that somebody changes each time they are set are never taken for ours, and that is told")
    func unsettled() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let rules = daemon.host.firewall
            daemon.host.afterReplacing { $0.firewall? += "#" }
            daemon.host.firewall = nil
            daemon.host.forgetWrites()
            let result = await daemon.reconciler.synchronize(.firewall)
            #expect(result.pending.first?.contains("somebody else") == true)
            #expect((2...10).contains(daemon.host.writes.count))
            daemon.host.afterReplacing(nil)
            #expect(await daemon.reconciler.synchronize(.everything(.check)).pending.isEmpty)
            #expect(daemon.host.firewall == rules)
        }
    }

    @Test("a table that this hub never set is left alone while it has no networks, and the checkup tells it")
    func foreignTable() async throws {
        try await DaemonFixture.with { daemon, client in
            let other = "table inet wgpilot { chain c { } }"
            daemon.host.firewall = other
            for scope in [SyncScope.everything(.start), .firewall] {
                #expect(await daemon.reconciler.synchronize(scope).steps.isEmpty)
            }
            #expect(daemon.host.firewall == other && daemon.host.writes.isEmpty)
            let checks = try await client.call(SystemService.drift, Empty()).checks
            #expect(checks.first { $0.name == "firewall" }?.result == "warning")
            try await client.makeNetwork()
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(daemon.host.firewall == nil)
        }
    }

    @Test("a table that was set and never read back for certain goes with the last network")
    func unsettledTable() async throws {
        try await DaemonFixture.with { daemon, client in
            daemon.host.afterReplacing { $0.firewall? += "#" }
            try await client.makeNetwork()
            daemon.host.afterReplacing(nil)
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(daemon.host.firewall == nil)
        }
    }

    @Test("forwarding is switched on where it is needed, by family, and put back when nobody needs it")
    func forwarding() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            #expect(try await daemon.host.value(of: .ipv4Forwarding) == 1)
            #expect(try await daemon.host.value(of: .ipv6Forwarding) == 0)
            let link = KernelSetting.acceptRouterAdvertisements(interface: "eth0.7")
            daemon.host.arrange(link, 1)
            daemon.host.setAdvertisedRoutes(on: ["eth0.7"])
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", subnet6: "fd00:8::/64"))
            #expect(try await daemon.host.value(of: .ipv6Forwarding) == 1)
            #expect(try await daemon.host.value(of: link) == 2)
            let report = try await client.call(SystemService.drift, Empty())
            #expect(
                report.settingsChanged.sorted() == [
                    "net.ipv4.ip_forward = 1, before 0", "net.ipv6.conf.all.forwarding = 1, before 0",
                    "net.ipv6.conf.eth0/7.accept_ra = 2, before 1",
                ])
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .ipv4Forwarding) == 0)
            #expect(try await daemon.host.value(of: .ipv6Forwarding) == 0)
            #expect(try await daemon.host.value(of: link) == 1)
            #expect(daemon.host.firewall == nil)
        }
    }

    @Test("forwarding that is switched off by hand comes back on news of it, the machine's and an interface's")
    func forwardingOff() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let settings = [KernelSetting.ipv4Forwarding, .ipv4InterfaceForwarding(interface: "wg0")]
            while daemon.host.listenerCount == 0 { await Task.yield() }
            for setting in settings {
                daemon.host.arrange(setting, 0)
                let checks = try await client.call(SystemService.drift, Empty()).checks
                #expect(checks.contains { $0.result == "fault" && $0.message.contains("wgpilotctl reconcile") })
                daemon.host.emit(.forwarding)
                while try await daemon.host.value(of: setting) != 1 { await Task.yield() }
            }
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .ipv4InterfaceForwarding(interface: "wg0")) == 0)
        }
    }

    @Test("forwarding that was on before, or that somebody set since, is left as it is")
    func foreignForwarding() async throws {
        try await DaemonFixture.with { daemon, client in
            daemon.host.arrange(.ipv4Forwarding, 1)
            try await client.makeNetwork()
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .ipv4Forwarding) == 1)
        }
    }

    @Test("forwarding that cannot be switched on leaves the change pending, with the reason")
    func forbidden() async throws {
        try await DaemonFixture.with { daemon, client in
            let refusal = KernelError(code: .notPermitted, operation: "set a setting", message: "set it by hand")
            daemon.host.fail(.writeSetting, with: refusal)
            let reply = try await client.call(
                NetworksService.create, CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24"))
            #expect(reply.sync?.reason?.contains("set it by hand") == true)
            let checks = try await client.call(SystemService.drift, Empty()).checks
            #expect(checks.first { $0.name == "net.ipv4.ip_forward" }?.result == "fault")
        }
    }
}
