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
