import Logging
import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("What somebody else changed")
struct DriftTests {
    private static let name = InterfaceName.sample

    /// A network with two peers whose policy is to report, tampered with in four ways.
    private static func withDrift(
        policy: String = "report", _ body: (DaemonFixture, RPCClient, PeerMessage) async throws -> Void
    ) async throws {
        try await DaemonFixture.with { daemon, client in
            _ = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", listenPort: 51820, driftPolicy: policy))
            let peer = try await client.makePeer("a")
            try await client.makePeer("b")
            let key = try PublicKey(peer.publicKey)
            daemon.kernel.tamper(name) { interface in
                interface.listenPort = 4444
                interface.peers[key]?.persistentKeepalive = 7
                let stranger = PrivateKey.generate().publicKey
                interface.peers[stranger] = ObservedPeer(
                    publicKey: stranger,
                    allowedIPs: [IPPrefix(masking: .v4(IPv4Address(rawValue: 0x0A08_0032)), length: 32)])
            }
            try await daemon.kernel.apply([.setMTU(name, 1300)])
            try await body(daemon, client, peer)
        }
    }

    private func findings(_ client: RPCClient) async throws -> [FindingMessage] {
        try await client.call(SystemService.drift, Empty()).findings
    }

    @Test("the policy to report finds each difference and changes nothing")
    func report() async throws {
        try await Self.withDrift { daemon, client, peer in
            daemon.kernel.forgetAppliedSteps()
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.steps.isEmpty && result.pending.isEmpty)
            #expect(daemon.kernel.appliedSteps.isEmpty)
            let items = try await findings(client).map(\.item)
            #expect(items.count == 4)
            #expect(Set(items).isSuperset(of: ["mtu", "listen-port", "peer \(peer.publicKey)"]))
        }
    }

    @Test("a change of the network is applied, and leaves what waits for a decision")
    func ownChange() async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", listenPort: 51999))
            let observed = try await daemon.kernel.observe(Self.name)
            #expect(observed?.listenPort == 51999)
            #expect(observed?.mtu == 1300)
            #expect(try await findings(client).map(\.item).contains("mtu"))
        }
    }

    @Test("a start brings the kernel to the database, whatever the policy")
    func start() async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.start))
            let observed = try await daemon.kernel.observe(Self.name)
            #expect(observed?.mtu == 1420 && observed?.listenPort == 51820 && observed?.peers.count == 2)
            #expect(try await findings(client).isEmpty)
            #expect(try await client.call(SystemService.drift, Empty()).repairs.last?.place == "wg0")
        }
    }

    @Test("restore repairs one finding and no other")
    func restore() async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            _ = try await client.call(
                SystemService.resolveDrift, ResolveDriftRequest(network: "office", item: "mtu", action: "restore"))
            let observed = try await daemon.kernel.observe(Self.name)
            #expect(observed?.mtu == 1420 && observed?.listenPort == 4444 && observed?.peers.count == 3)
            #expect(try await findings(client).count == 3)
        }
    }

    @Test("adopt takes over a port, an MTU, a keepalive and a stranger")
    func adopt() async throws {
        try await Self.withDrift { daemon, client, peer in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            for finding in try await findings(client) {
                #expect(finding.canAdopt)
                let request = ResolveDriftRequest(network: "office", item: finding.item, action: "adopt")
                _ = try await client.call(SystemService.resolveDrift, request)
            }
            #expect(try await findings(client).isEmpty)
            let network = try await client.call(NetworksService.get, NetworkReference(network: "office")).network
            #expect(network.mtu == 1300 && network.listenPort == 4444 && network.peers == 3)
            let reference = PeerReference(network: "office", peer: peer.name)
            #expect(try await client.call(PeersService.get, reference).peer.hubKeepalive == 7)
            daemon.kernel.forgetAppliedSteps()
            _ = await daemon.reconciler.synchronize(.everything(.start))
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }

    @Test("what is ignored stays, over a start too, until it is another or is heeded")
    func ignore() async throws {
        try await Self.withDrift(policy: "repair") { daemon, client, _ in
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", driftPolicy: "report"))
            try await daemon.kernel.apply([.setMTU(Self.name, 1300)])
            _ = await daemon.reconciler.synchronize(.everything(.check))
            let ignore = ResolveDriftRequest(network: "office", item: "mtu", action: "ignore")
            _ = try await client.call(SystemService.resolveDrift, ignore)
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", driftPolicy: "repair"))
            _ = await daemon.reconciler.synchronize(.everything(.start))
            #expect(try await daemon.kernel.observe(Self.name)?.mtu == 1300)
            #expect(try await findings(client).map(\.isIgnored) == [true])
            try await daemon.kernel.apply([.setMTU(Self.name, 1301)])
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await daemon.kernel.observe(Self.name)?.mtu == 1420)
        }
    }

    @Test("what waits for a decision waits over a restart, and what only the daemon left undone does not")
    func restart() async throws {
        try await Self.withDrift { daemon, client, peer in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await findings(client).count == 4)
            // A daemon that starts knows only what is stored.
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let next = Reconciler(
                store: daemon.store, kernel: daemon.kernel, host: daemon.host, interval: .seconds(3600), logger: logger,
                now: { DaemonFixture.now })
            let key = try PublicKey(peer.publicKey)
            daemon.kernel.tamper(Self.name) { $0.peers[key]?.persistentKeepalive = 9 }
            daemon.kernel.forgetAppliedSteps()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await next.run() }
                let result = await next.synchronize(.everything(.start))
                // The keepalive is another than what was found, so nobody's decision is waited for.
                #expect(result.steps.count == 1 && result.pending.isEmpty, "\(result.steps)")
                group.cancelAll()
            }
            let observed = try await daemon.kernel.observe(Self.name)
            #expect(observed?.mtu == 1300 && observed?.listenPort == 4444 && observed?.peers.count == 3)
            let network = try await daemon.store.network(named: "office")
            #expect(next.ledger.findings(of: network.id).count == 3)
        }
    }

    @Test("an interface that somebody deleted waits for a decision: no change of the network makes it again")
    func deletedInterface() async throws {
        try await DaemonFixture.with { daemon, client in
            _ = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", driftPolicy: "report"))
            try await client.makePeer("a")
            daemon.kernel.removeInterface("wg0")
            for name in ["b", "c"] {
                let reply = try await client.call(
                    PeersService.create, CreatePeerRequest(network: "office", name: name))
                #expect(reply.sync?.isPending == true)
                #expect(reply.sync?.reason?.contains("deleted") == true)
                #expect(try await daemon.kernel.observe(Self.name) == nil)
            }
            let edited = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", mtu: 1300))
            #expect(edited.sync?.isPending == true)
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await findings(client).map(\.item) == ["interface"])
            #expect(try await daemon.kernel.observe(Self.name) == nil)
            let restored = try await client.call(
                SystemService.resolveDrift,
                ResolveDriftRequest(network: "office", item: "interface", action: "restore"))
            #expect(restored.sync.isPending == false && restored.done?.contains("interface") == true)
            #expect(try await daemon.kernel.observe(Self.name)?.peers.count == 3)
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            let enabled = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            #expect(enabled.sync?.isPending == false)
            #expect(try await daemon.kernel.observe(Self.name)?.peers.count == 3)
        }
    }

    @Test("adoptable is only what adopting would take, and each decision says what it did")
    func adoptable() async throws {
        try await DaemonFixture.with { daemon, client in
            _ = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", driftPolicy: "report"))
            let (fit, unfit) = (PrivateKey.generate().publicKey, PrivateKey.generate().publicKey)
            daemon.kernel.tamper(Self.name) { interface in
                for (key, block) in [(fit, "10.8.0.50/32"), (unfit, "10.8.0.64/26")] {
                    interface.peers[key] = ObservedPeer(
                        publicKey: key, allowedIPs: Set([try? IPPrefix(block)].compactMap(\.self)))
                }
                interface.listenPort = 4444
            }
            _ = await daemon.reconciler.synchronize(.everything(.check))
            let found = try await findings(client)
            for finding in found {
                #expect(finding.canAdopt == (finding.item != "peer \(unfit)"), "\(finding)")
            }
            for finding in found where finding.canAdopt {
                let reply = try await client.call(
                    SystemService.resolveDrift,
                    ResolveDriftRequest(network: "office", item: finding.item, action: "adopt"))
                #expect(reply.done?.hasSuffix("now") == true)
            }
            let ignored = try await client.call(
                SystemService.resolveDrift,
                ResolveDriftRequest(network: "office", item: "peer \(unfit)", action: "ignore"))
            #expect(ignored.done?.contains("left as it is") == true)
        }
    }

    @Test(
        "a rehearsed decision tells what it would do, and decides nothing", arguments: ["adopt", "restore", "ignore"])
    func rehearsal(action: String) async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            let before = try await findings(client)
            daemon.kernel.forgetAppliedSteps()
            let reply = try await client.call(
                SystemService.resolveDrift,
                ResolveDriftRequest(
                    network: "office", item: "mtu", action: action, options: ChangeOptions(dryRun: true)))
            #expect(reply.change?.dryRun == true && reply.done != nil)
            if action == "restore" { #expect(reply.change?.plan == ["set MTU of wg0 to 1420"]) }
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await findings(client) == before)
            #expect(daemon.kernel.appliedSteps.isEmpty)
            let network = try await client.call(NetworksService.get, NetworkReference(network: "office")).network
            #expect(network.mtu == nil)
        }
    }

    @Test("an adoption can be undone, and nothing else that is decided about drift")
    func undo() async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            let options = ChangeOptions(confirmWithin: 60)
            await #expect { () async throws in
                _ = try await client.call(
                    SystemService.resolveDrift,
                    ResolveDriftRequest(network: "office", item: "mtu", action: "restore", options: options))
            } throws: {
                ($0 as? RPCError)?.fields.map(\.field) == ["confirm_within"]
            }
            let reply = try await client.call(
                SystemService.resolveDrift,
                ResolveDriftRequest(network: "office", item: "mtu", action: "adopt", options: options))
            #expect(reply.change?.confirmBy == DaemonFixture.now + 60)
            _ = try await client.call(SystemService.undo, Empty())
            let network = try await client.call(NetworksService.get, NetworkReference(network: "office")).network
            #expect(network.mtu == nil)
        }
    }

    @Test("a rehearsed comparison tells what it would repair, and repairs nothing")
    func rehearsedComparison() async throws {
        try await Self.withDrift(policy: "repair") { daemon, client, _ in
            // News of how this hub was made may come late, and be looked into in between.
            for attempt in 1...5 {
                daemon.host.firewall = nil
                daemon.host.arrange(.ipv4Forwarding, 0)
                daemon.kernel.forgetAppliedSteps()
                daemon.host.forgetWrites()
                let reply = try await client.call(SystemService.reconcile, ReconcileRequest(dryRun: true))
                let (steps, writes) = (daemon.kernel.appliedSteps, daemon.host.writes)
                if attempt < 5, !steps.isEmpty || !writes.isEmpty { continue }
                #expect(steps.isEmpty && writes.isEmpty, "\(steps) \(writes)")
                let plan = reply.change?.plan ?? []
                #expect(plan.contains("set MTU of wg0 to 1420") && plan.contains("wg0: listen port 51820"))
                #expect(plan.contains("replace the firewall's rules") && plan.contains("set net.ipv4.ip_forward to 1"))
                break
            }
            _ = try await client.call(SystemService.reconcile, ReconcileRequest())
            let rest = try await client.call(SystemService.reconcile, ReconcileRequest(dryRun: true)).change?.plan
            #expect(rest == [])
        }
    }

    @Test("an action that there is not, and a finding that there is not, are refused")
    func refusals() async throws {
        try await Self.withDrift { daemon, client, _ in
            _ = await daemon.reconciler.synchronize(.everything(.check))
            for (item, action, code) in [("mtu", "burn", StatusCode.invalidArgument), ("mut", "restore", .notFound)] {
                await #expect { () async throws in
                    _ = try await client.call(
                        SystemService.resolveDrift,
                        ResolveDriftRequest(network: "office", item: item, action: action))
                } throws: { ($0 as? RPCError)?.code == code }
            }
        }
    }

    @Test("news of a link that went down, or was made anew, brings it back")
    func news() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.kernel.setDown(Self.name)
            _ = await daemon.reconciler.synchronize(.links)
            #expect(try await daemon.kernel.observe(Self.name)?.isUp == true)
            daemon.kernel.removeInterface("wg0")
            try await daemon.kernel.apply([.createInterface(Self.name)])
            _ = await daemon.reconciler.synchronize(.links)
            #expect(try await daemon.kernel.observe(Self.name)?.peers.count == 1)
            daemon.kernel.forgetAppliedSteps()
            _ = await daemon.reconciler.synchronize(.links)
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }
}

extension InterfaceName {
    static var sample: InterfaceName {
        do {
            return try InterfaceName("wg0")
        } catch {
            preconditionFailure("wg0 is a name")
        }
    }
}
