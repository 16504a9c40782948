import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Changes that are rehearsed, and changes that wait to be confirmed")
struct ChangeOptionsTests {
    private static let rehearsal = ChangeOptions(dryRun: true)

    @Test("a rehearsed network is told whole, and neither database nor kernel nor rules have it")
    func network() async throws {
        try await DaemonFixture.with { daemon, client in
            let reply = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", listenPort: 51820,
                    options: Self.rehearsal))
            let plan = try #require(reply.change?.plan)
            #expect(reply.change?.dryRun == true && reply.sync == nil)
            #expect(plan.contains("create interface wg0"))
            #expect(plan.contains("wg0: listen port 51820"))
            #expect(plan.contains("add address 10.8.0.1/24 to wg0"))
            #expect(plan.contains("set net.ipv4.ip_forward to 1"))
            #expect(plan.contains("firewall: add postrouting: ip saddr 10.8.0.0/24 masquerade"))
            #expect(try await client.call(NetworksService.list, Empty()).networks.isEmpty)
            #expect(daemon.kernel.appliedSteps.isEmpty && daemon.host.writes.isEmpty)
        }
    }

    @Test("a rehearsed peer shows its key and addresses, and none of its secrets")
    func peer() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.kernel.forgetAppliedSteps()
            let reply = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "a", options: Self.rehearsal))
            let line = try #require(reply.change?.plan.first)
            #expect(reply.change?.plan.count == 1)
            #expect(line.hasPrefix("wg0: add peer \(reply.peer.publicKey)") && line.contains("10.8.0.2/32"))
            #expect(daemon.kernel.appliedSteps.isEmpty)
            #expect(try await client.makePeer("b").addresses == ["10.8.0.2"])
        }
    }

    @Test("a rehearsed rule tells the rule that would come, and a rehearsed deletion what would go")
    func rule() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.host.forgetWrites()
            let request = CreateRuleRequest(
                network: "office", action: "deny", destination: "192.0.2.0/24", transport: "tcp", ports: ["22"],
                options: Self.rehearsal)
            let plan = try #require(try await client.call(RulesService.create, request).change?.plan)
            #expect(plan.contains { $0.hasPrefix("firewall: add") && $0.contains("192.0.2.0/24") })
            #expect(try await client.call(RulesService.list, ListRulesRequest()).rules.isEmpty)
            let deletion = try await client.call(
                NetworksService.delete, NetworkReference(network: "office", options: Self.rehearsal))
            #expect(deletion.change?.plan.contains("delete interface wg0") == true)
            #expect(try await client.call(NetworksService.list, Empty()).networks.count == 1)
            #expect(daemon.host.writes.isEmpty)
        }
    }

    @Test("the rules that go with a peer are told, before in a rehearsal and after")
    func rulesOfAPeer() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            for name in ["a", "b"] { try await client.makePeer(name) }
            for rule in [
                CreateRuleRequest(peer: "office/a", action: "deny", destination: "192.0.2.0/24"),
                CreateRuleRequest(network: "office", action: "deny", destination: "peer:office/a"),
                CreateRuleRequest(network: "office", action: "deny", destination: "peer:office/b"),
            ] { _ = try await client.call(RulesService.create, rule) }
            for options in [Self.rehearsal, nil] {
                let reply = try await client.call(
                    PeersService.delete, PeerReference(network: "office", peer: "a", options: options))
                #expect(
                    reply.alsoRemoved == [
                        "access rule 1 of office/a: deny to 192.0.2.0/24",
                        "access rule 2 of office: deny to peer:office/a",
                    ])
            }
            #expect(try await client.call(RulesService.list, ListRulesRequest()).rules.map(\.id) == [3])
        }
    }

    @Test(
        "IPv4 in the clothes of IPv6 is no block that a packet could have",
        arguments: ["::ffff:10.0.0.1", "::ffff:0:0/96"])
    func mapped(block: String) async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            await #expect { () async throws in
                _ = try await client.call(
                    RulesService.create, CreateRuleRequest(network: "office", action: "deny", destination: block))
            } throws: {
                ($0 as? RPCError)?.fields.map(\.field) == ["destination"]
            }
        }
    }

    @Test("a change that is not confirmed is undone in the kernel when its time has come")
    func expiry() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let reply = try await client.call(
                NetworksService.update,
                UpdateNetworkRequest(network: "office", mtu: 1300, options: ChangeOptions(confirmWithin: 60)))
            #expect(reply.change?.confirmBy == DaemonFixture.now + 60)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.mtu == 1300)
            await #expect { () async throws in
                _ = try await client.makePeer("a")
            } throws: {
                ($0 as? RPCError)?.code == .failedPrecondition
            }
            daemon.clock.advance(by: 60)
            daemon.hub.confirmation.look()
            while try await client.call(SystemService.pendingChange, Empty()).confirmBy != nil { await Task.yield() }
            // The undo is in the database first; this waits for the kernel to follow.
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.mtu == 1420)
            let network = try await client.call(NetworksService.get, NetworkReference(network: "office")).network
            #expect(network.mtu == nil)
        }
    }

    @Test("a confirmed change stays, and there is then nothing to confirm or undo")
    func confirmation() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            _ = try await client.call(
                NetworksService.update,
                UpdateNetworkRequest(network: "office", mtu: 1300, options: ChangeOptions(confirmWithin: 60)))
            let confirmed = try await client.call(SystemService.confirm, Empty())
            #expect(confirmed.description?.contains("office") == true)
            for method in [SystemService.confirm, SystemService.undo] {
                await #expect { () async throws in _ = try await client.call(method, Empty()) } throws: {
                    ($0 as? RPCError)?.code == .failedPrecondition
                }
            }
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.mtu == 1300)
        }
    }

    @Test("an undo takes a new network out of the kernel again, with its peers and rules")
    func undo() async throws {
        try await DaemonFixture.with { daemon, client in
            let reply = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", options: ChangeOptions(confirmWithin: 60)))
            #expect(reply.sync?.isPending == false)
            let undone = try await client.call(SystemService.undo, Empty())
            #expect(undone.sync?.isPending == false)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0")) == nil)
            #expect(daemon.host.firewall == nil)
            #expect(try await client.call(NetworksService.list, Empty()).networks.isEmpty)
        }
    }

    @Test("a time to confirm out of range is refused by its field", arguments: [0, -1, 86_401, Int64.max])
    func range(seconds: Int64) async throws {
        try await DaemonFixture.with { _, client in
            await #expect { () async throws in
                _ = try await client.call(
                    NetworksService.create,
                    CreateNetworkRequest(
                        name: "office", mode: "gateway", subnet: "10.8.0.0/24",
                        options: ChangeOptions(confirmWithin: seconds)))
            } throws: { ($0 as? RPCError)?.fields.map(\.field) == ["confirm_within"] }
            let networks = try await client.call(NetworksService.list, Empty()).networks
            #expect(networks.isEmpty)
        }
    }
}
