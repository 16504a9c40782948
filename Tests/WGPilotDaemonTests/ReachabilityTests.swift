import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Whether one reaches another")
struct ReachabilityTests {
    private func reach(
        _ client: RPCClient, _ source: String, _ destination: String
    ) async throws -> (allowed: Bool, reason: String) {
        let reply = try await client.call(RulesService.reach, ReachRequest(source: source, destination: destination))
        return (reply.paths.allSatisfy(\.allowed), reply.paths.map(\.reason).joined(separator: "; "))
    }

    @Test("the machine's outside address is the hub's, in a mode that leads nowhere else")
    func machine() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork("idle", mode: "hub-routed", subnet: "10.10.0.0/24")
            try await client.makePeer("pc", in: "idle")
            let outside = try InterfaceAddress(address: #require(IPAddress("192.0.2.1")), prefixLength: 24)
            #expect(try await !reach(client, "idle/pc", "192.0.2.1").allowed)
            daemon.kernel.addForeignInterface("eth0", addresses: [outside])
            #expect(try await reach(client, "idle/pc", "192.0.2.1").allowed)
            #expect(try await !reach(client, "idle/pc", "192.0.2.9").allowed)
            #expect(try await !reach(client, "idle/pc", "127.0.0.1").allowed)
        }
    }

    @Test("who is disabled reaches nobody and is reached by nobody, by name and by address")
    func disabled() async throws {
        try await DaemonFixture.with { daemon, client in
            _ = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24", peersMayTalk: true))
            try await client.makePeer("a")
            try await client.makePeer("b")
            #expect(try await reach(client, "office/a", "office/b").allowed)
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "b"))
            for (source, destination) in [
                ("office/a", "office/b"), ("office/b", "office/a"), ("10.8.0.2", "10.8.0.3"), ("10.8.0.3", "9.9.9.9"),
            ] {
                let answer = try await reach(client, source, destination)
                #expect(!answer.allowed && answer.reason == "the peer b is disabled")
            }
            try await client.makeNetwork("other", subnet: "10.9.0.0/24", port: 51821)
            try await client.makePeer("c", in: "other")
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "other"))
            for destination in ["other/c", "10.9.0.2"] {
                #expect(try await reach(client, "office/a", destination).reason == "the network other is disabled")
            }
            #expect(try await !reach(client, "office/a", "10.9.0.77").allowed)
        }
    }

    @Test("what is meant for a disabled network or site is dropped, and not sent to the outside")
    func heldBack() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makeNetwork("sites", mode: "site-to-site", subnet: "10.9.0.0/24", port: 51821)
            for (name, block) in [("berlin", "192.168.7.0/24"), ("ulm", "192.168.8.0/24")] {
                _ = try await client.call(
                    PeersService.create,
                    CreatePeerRequest(network: "sites", name: name, role: "site-gateway", siteNetworks: [block]))
            }
            func dropped() -> [String] {
                (daemon.host.firewall ?? "").split(separator: "\n").map(String.init).filter {
                    $0.contains("iifname @interfaces ip daddr") && $0.hasSuffix("drop")
                }
            }
            #expect(dropped().isEmpty)
            _ = try await client.call(PeersService.disable, PeerReference(network: "sites", peer: "ulm"))
            #expect(dropped().count == 1 && dropped()[0].contains("192.168.8.0"))
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "sites"))
            for address in ["10.9.0.0", "192.168.7.0", "192.168.8.0"] {
                #expect(dropped().contains { $0.contains(address) })
            }
            #expect(try await !reach(client, "10.8.0.2", "192.168.7.9").allowed)
            _ = try await client.call(PeersService.enable, PeerReference(network: "sites", peer: "ulm"))
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "sites"))
            #expect(dropped().isEmpty)
        }
    }
}
