import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Addresses that the machine got another way to since a network or a site was switched off")
struct OverlapTests {
    private static let rehearsal = ChangeOptions(dryRun: true)

    /// A site-to-site network with one gateway, both switched on.
    private static func withSites(_ body: (DaemonFixture, RPCClient) async throws -> Void) async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork("sites", mode: "site-to-site", subnet: "10.9.0.0/24")
            _ = try await client.call(
                PeersService.create,
                CreatePeerRequest(
                    network: "sites", name: "berlin", role: "site-gateway", siteNetworks: ["192.168.7.0/24"]))
            try await body(daemon, client)
        }
    }

    private static func expectOverlap(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        await #expect(sourceLocation: sourceLocation) { () async throws in try await body() } throws: { error in
            guard let error = error as? RPCError else { return false }
            return error.code == .failedPrecondition && error.reason == "overlap" && error.message.contains(what)
        }
    }

    @Test("a network is not switched on over an address of the machine, nor over a route, and a dry run says so too")
    func network() async throws {
        try await Self.withSites { daemon, client in
            let reference = NetworkReference(network: "sites")
            let rehearsed = NetworkReference(network: "sites", options: Self.rehearsal)
            _ = try await client.call(NetworksService.disable, reference)
            let address = try InterfaceAddress(address: #require(IPAddress("10.9.0.5")), prefixLength: 24)
            daemon.kernel.addForeignInterface("eth7", addresses: [address])
            for reference in [rehearsed, reference] {
                await Self.expectOverlap("eth7") { _ = try await client.call(NetworksService.enable, reference) }
            }
            daemon.kernel.removeInterface("eth7")
            try daemon.host.setRoutes([
                HostRoute(destination: IPPrefix("192.168.0.0/16"), interface: "eth0", protocolNumber: 4)
            ])
            for reference in [rehearsed, reference] {
                await Self.expectOverlap("berlin") { _ = try await client.call(NetworksService.enable, reference) }
            }
            // A gateway that stays off is no reason.
            _ = try await client.call(PeersService.disable, PeerReference(network: "sites", peer: "berlin"))
            _ = try await client.call(NetworksService.enable, reference)
        }
    }

    @Test("a site gateway is not switched on over a route of the machine, and a dry run says so too")
    func peer() async throws {
        try await Self.withSites { daemon, client in
            let reference = PeerReference(network: "sites", peer: "berlin")
            _ = try await client.call(PeersService.disable, reference)
            try daemon.host.setRoutes([
                HostRoute(destination: IPPrefix("192.168.7.128/25"), interface: "eth0", protocolNumber: 4)
            ])
            for options in [Self.rehearsal, nil] {
                await Self.expectOverlap("192.168.7.128/25") {
                    _ = try await client.call(
                        PeersService.enable, PeerReference(network: "sites", peer: "berlin", options: options))
                }
            }
            daemon.host.setRoutes([])
            _ = try await client.call(PeersService.enable, reference)
        }
    }

    @Test("an import that clashes names the file's peer and line, with the machine and with another network")
    func importedPeer() async throws {
        try await Self.withSites { daemon, client in
            func file(_ block: String) -> String {
                """
                [Interface]
                PrivateKey = \(base64(1))
                Address = 10.60.0.1/24
                ListenPort = 52001

                [Peer]
                # bob
                PublicKey = \(base64(2))
                AllowedIPs = 10.60.0.2/32, \(block)
                """
            }
            func base64(_ byte: UInt8) -> String {
                PrivateKey(bytes: [UInt8](repeating: byte, count: 32))?.publicKey.description ?? ""
            }
            try daemon.host.setRoutes([
                HostRoute(destination: IPPrefix("172.16.0.0/16"), interface: "eth0", protocolNumber: 4)
            ])
            for block in ["172.16.5.0/24", "192.168.7.0/25"] {
                await Self.expectOverlap("line 6: peer \"bob\"") {
                    _ = try await client.call(
                        NetworksService.importNetwork, ImportNetworkRequest(name: "x", file: file(block)))
                }
            }
        }
    }

    @Test("the checkup warns of an overlap that came while the network was on, and names network and peer")
    func checkup() async throws {
        try await Self.withSites { daemon, client in
            func check() async throws -> CheckMessage? {
                try await client.call(SystemService.drift, Empty()).checks.first { $0.name == "overlaps" }
            }
            #expect(try await check()?.result == "ok")
            try daemon.host.setRoutes([
                HostRoute(destination: IPPrefix("192.168.7.0/24"), interface: "eth0", protocolNumber: 4)
            ])
            let found = try await check()
            #expect(found?.result == "warning")
            #expect(found?.message.contains("sites") == true && found?.message.contains("berlin") == true)
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "sites"))
            #expect(try await check()?.result == "ok")
        }
    }
}
