import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Kernel and database converge")
struct ReconcilerTests {
    @Test("a comparison writes nothing where kernel and database agree")
    func agreement() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for name in ["a", "b", "c"] { try await client.makePeer(name) }
            daemon.kernel.forgetAppliedSteps()
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.steps.isEmpty && result.pending.isEmpty)
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }

    @Test("what somebody else changed in the kernel is put right, and no more than that")
    func drift() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peer = try PublicKey(try await client.makePeer("a").publicKey)
            try await client.makePeer("b")
            let name = try InterfaceName("wg0")
            let before = try #require(try await daemon.kernel.observe(name))
            let intruder = DesiredPeer(
                publicKey: PrivateKey.generate().publicKey, presharedKey: nil,
                allowedIPs: [try IPPrefix("10.8.0.200/32")], persistentKeepalive: 0, endpoint: nil)
            var update = PeerUpdate(publicKey: peer)
            update.persistentKeepalive = 7
            update.presharedKey = .clear
            try await daemon.kernel.apply([
                .configure(
                    name, DeviceChange(listenPort: 4444, peers: [.add(intruder), .update(update)])),
                .removeAddress(name, InterfaceAddress(address: try #require(IPAddress("10.8.0.1")), prefixLength: 24)),
            ])
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(!result.steps.isEmpty && result.pending.isEmpty)
            let after = try #require(try await daemon.kernel.observe(name))
            #expect(Set(after.peers.keys) == Set(before.peers.keys))
            #expect(after.peers[peer]?.presharedKey == before.peers[peer]?.presharedKey)
            #expect(after.peers[peer]?.persistentKeepalive == 0)
            #expect(after.listenPort == 51820 && after.addresses == before.addresses)
        }
    }

    @Test("an interface that somebody deleted is made again by the next change of a peer")
    func deletedInterface() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            let name = try InterfaceName("wg0")
            try await daemon.kernel.apply([.deleteInterface(name)])
            let reply = try await client.call(PeersService.create, CreatePeerRequest(network: "office", name: "b"))
            #expect(reply.sync?.isPending == false)
            #expect(try await daemon.kernel.observe(name)?.peers.count == 2)
        }
    }

    @Test("a change that the kernel refuses is kept, said to be pending with the reason, and applied when it can be")
    func pending() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.kernel.fail(
                with: KernelError(code: .busy, operation: "configure wg0", message: "the model refuses"))
            let reply = try await client.call(PeersService.create, CreatePeerRequest(network: "office", name: "a"))
            #expect(reply.sync?.isPending == true)
            #expect(reply.sync?.reason?.contains("the model refuses") == true)
            #expect(daemon.reconciler.pendingReasons.count == 1)
            daemon.kernel.fail(with: nil)
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.pending.isEmpty && daemon.reconciler.pendingReasons.isEmpty)
            let key = try PublicKey(reply.peer.publicKey)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.peers[key] != nil)
        }
    }

    @Test("what is pending is tried again without anybody asking", .timeLimit(.minutes(1)))
    func retry() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.kernel.fail(
                with: KernelError(code: .busy, operation: "configure wg0", message: "the model refuses"))
            for name in ["a", "b"] { try await client.makePeer(name) }
            #expect(daemon.reconciler.pendingReasons.count == 1)
            daemon.kernel.fail(with: nil)
            while !daemon.reconciler.pendingReasons.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.peers.count == 2)
        }
    }

    @Test("a network is not enabled over an interface that somebody else made under its name meanwhile")
    func foreignInterfaceUnderOurName() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let reference = NetworkReference(network: "office")
            _ = try await client.call(NetworksService.disable, reference)
            let name = try InterfaceName("wg0")
            let theirs = PrivateKey.generate()
            try await daemon.kernel.apply([
                .createInterface(name), .configure(name, DeviceChange(privateKey: theirs, listenPort: 1234)),
            ])
            #expect(try await client.call(SystemService.info, Empty()).foreignInterfaces == ["wg0"])
            let error = await #expect(throws: RPCError.self) {
                try await client.call(NetworksService.enable, reference)
            }
            #expect(error?.code == .failedPrecondition)
            let observed = try await daemon.kernel.observe(name)
            #expect(observed?.privateKey == theirs && observed?.listenPort == 1234)
        }
    }

    @Test("a route that is not ours keeps back one site alone, and says so to that one change")
    func foreignRoute() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork("sites", mode: "site-to-site", subnet: "10.9.0.0/24")
            daemon.kernel.addForeignRoute(try IPPrefix("192.168.7.0/24"))
            func add(_ name: String, _ site: String) async throws -> SyncMessage? {
                try await client.call(
                    PeersService.create,
                    CreatePeerRequest(network: "sites", name: name, role: "site-gateway", siteNetworks: [site])
                ).sync
            }
            #expect(try await add("berlin", "192.168.7.0/24")?.isPending == true)
            #expect(try await add("wien", "192.168.8.0/24")?.isPending == false)
            let name = try InterfaceName("wg0")
            #expect(try await daemon.kernel.observe(name)?.routes == [try IPPrefix("192.168.8.0/24")])
            #expect(daemon.reconciler.pendingReasons.count == 1)
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.pending.count == 1)
            #expect(try await daemon.kernel.observe(name)?.peers.count == 2)
        }
    }

    @Test("a new endpoint reaches the kernel although a comparison of the whole comes between")
    func newEndpointAndComparison() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peer = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "a", endpoint: "192.0.2.1:1000")
            ).peer
            let key = try PublicKey(peer.publicKey)
            for port in 1...40 {
                async let comparison = daemon.reconciler.synchronize(.everything(.check))
                let endpoint = "192.0.2.2:\(port)"
                _ = try await client.call(
                    PeersService.update, UpdatePeerRequest(network: "office", peer: "a", endpoint: endpoint))
                _ = await comparison
                let observed = try await daemon.kernel.observe(InterfaceName("wg0"))
                #expect(observed?.peers[key]?.status.endpoint?.description == endpoint)
            }
        }
    }

    @Test("an interface that is not ours is left alone")
    func foreignInterface() async throws {
        try await DaemonFixture.with { daemon, client in
            let foreign = try InterfaceName("wg7")
            try await daemon.kernel.apply([.createInterface(foreign)])
            try await client.makeNetwork()
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await daemon.kernel.observe(foreign) != nil)
        }
    }

    @Test("a network that is disabled has no interface, and comes back whole")
    func disabledNetwork() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            let name = try InterfaceName("wg0")
            let reference = NetworkReference(network: "office")
            _ = try await client.call(NetworksService.disable, reference)
            #expect(try await daemon.kernel.observe(name) == nil)
            let reply = try await client.call(PeersService.create, CreatePeerRequest(network: "office", name: "b"))
            #expect(reply.sync?.isPending == true)
            _ = try await client.call(NetworksService.enable, reference)
            #expect(try await daemon.kernel.observe(name)?.peers.count == 2)
        }
    }

    @Test("a hundred creations at once get a hundred addresses, all of them live")
    func concurrentCreations() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peers = try await withThrowingTaskGroup(of: PeerMessage.self) { group in
                for index in 0..<100 {
                    group.addTask { try await client.makePeer("p\(index)") }
                }
                return try await group.reduce(into: [PeerMessage]()) { $0.append($1) }
            }
            #expect(Set(peers.flatMap(\.addresses)).count == 100)
            let observed = try #require(try await daemon.kernel.observe(InterfaceName("wg0")))
            #expect(Set(observed.peers.keys.map(\.description)) == Set(peers.map(\.publicKey)))
        }
    }
}
