import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Interfaces that were there before the hub")
struct AdoptionTests {
    /// A running interface with one peer that has a network behind it, which nobody routes to it yet.
    private static func withInterface(
        _ body: (DaemonFixture, RPCClient, InterfaceName) async throws -> Void
    ) async throws {
        try await DaemonFixture.with { daemon, client in
            let name = try InterfaceName("ext0")
            let address = try InterfaceAddress(address: #require(IPAddress("10.77.0.1")), prefixLength: 24)
            let peer = try DesiredPeer(
                publicKey: PrivateKey.generate().publicKey, presharedKey: nil,
                allowedIPs: [IPPrefix("10.77.0.2/32"), IPPrefix("192.168.50.0/24"), IPPrefix("192.168.51.0/24")],
                persistentKeepalive: 25, endpoint: nil)
            try await daemon.kernel.apply([
                .createInterface(name),
                .configure(
                    name,
                    DeviceChange(privateKey: PrivateKey.generate(), listenPort: 52000, peers: [.add(peer)])),
                .addAddress(name, address), .setUp(name),
            ])
            try daemon.kernel.addForeignRoute(IPPrefix("192.168.51.0/24"), through: name)
            try await body(daemon, client, name)
        }
    }

    private static func state(_ daemon: DaemonFixture, _ name: InterfaceName) async throws -> String {
        guard let found = try await daemon.kernel.observe(name) else { return "gone" }
        let peers = found.peers.values.map { peer in
            "\(peer.publicKey) \(peer.allowedIPs.sorted()) \(peer.persistentKeepalive)"
        }
        return """
            \(found.privateKey?.publicKey.description ?? "") \(found.listenPort) \(found.mtu) \(found.isUp) \
            \(found.addresses.sorted()) \(found.routes.sorted()) \(found.foreignRoutes.sorted()) \(peers.sorted())
            """
    }

    @Test("an import that is undone leaves the interface as it was found", arguments: [false, true])
    func undoneImport(byItself: Bool) async throws {
        try await Self.withInterface { daemon, client, name in
            let before = try await Self.state(daemon, name)
            let request = ImportNetworkRequest(
                name: "old", interface: "ext0", options: ChangeOptions(confirmWithin: 60))
            let reply = try await client.call(NetworksService.importNetwork, request)
            #expect(reply.sync?.isPending == false)
            #expect(try await daemon.kernel.observe(name)?.routes == [IPPrefix("192.168.50.0/24")])
            if byItself {
                daemon.clock.advance(by: 60)
                daemon.hub.confirmation.look()
                while try await client.call(SystemService.pendingChange, Empty()).confirmBy != nil {
                    await Task.yield()
                }
                _ = await daemon.reconciler.synchronize(.everything(.check))
            } else {
                #expect(try await client.call(SystemService.undo, Empty()).sync?.isPending == false)
            }
            #expect(try await Self.state(daemon, name) == before)
            #expect(daemon.host.firewall == nil)
            #expect(try await daemon.host.value(of: .ipv4Forwarding) == 0)
            _ = await daemon.reconciler.synchronize(.everything(.start))
            #expect(try await Self.state(daemon, name) == before)
            // It can be imported again.
            _ = try await client.call(
                NetworksService.importNetwork, ImportNetworkRequest(name: "old", interface: "ext0"))
        }
    }

    @Test("what was adopted for good goes with its network, and so does a network of our own whose creation is undone")
    func forGood() async throws {
        try await Self.withInterface { daemon, client, name in
            let request = ImportNetworkRequest(
                name: "old", interface: "ext0", options: ChangeOptions(confirmWithin: 60))
            _ = try await client.call(NetworksService.importNetwork, request)
            _ = try await client.call(SystemService.confirm, Empty())
            _ = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/24", options: ChangeOptions(confirmWithin: 60)))
            _ = try await client.call(SystemService.undo, Empty())
            #expect(try await daemon.kernel.observe(InterfaceName("wg0")) == nil)
            #expect(try await Self.state(daemon, name) != "gone")
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "old"))
            #expect(try await Self.state(daemon, name) == "gone")
        }
    }
}
