import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite struct PeerListTests {
    /// Peers 1 to 7, of whom the kernel tells what their place says.
    private static func withPeers(_ body: (DaemonFixture, RPCClient) async throws -> Void) async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let now = daemon.clock.now
            let handshakes = [nil, now - 10, now - 1000, now - 5, nil, now - 179, now - 180]
            let received: [UInt64] = [0, 9, 10, 100, 0, 9, 18_446_744_073_709_551_615]
            for (index, handshake) in handshakes.enumerated() {
                let peer = try await client.call(
                    PeersService.create,
                    CreatePeerRequest(
                        network: "office", name: "p\(index + 1)",
                        bandwidthUpKbps: [nil, 900, 0, 1000, nil, 100, 99][index],
                        bandwidthDownKbps: [0, 900, 1000, nil, 64, nil, 0][index])
                ).peer
                let status = PeerStatus(
                    endpoint: handshake == nil ? nil : try SocketEndpoint("192.0.2.\(9 - index):1"),
                    latestHandshake: handshake, received: received[index], sent: UInt64(index % 2),
                    persistentKeepalive: [0, 25, 9, 100, 0, 25, 65535][index])
                daemon.kernel.setStatus(status, of: try PublicKey(peer.publicKey), on: try InterfaceName("wg0"))
            }
            try await body(daemon, client)
        }
    }

    @Test(
        arguments: [
            ("received", [1, 5, 2, 6, 3, 4, 7]), ("sent", [1, 3, 5, 7, 2, 4, 6]), ("online", [1, 3, 5, 7, 2, 4, 6]),
            ("latest_handshake", [1, 5, 3, 7, 6, 2, 4]), ("endpoint", [1, 5, 7, 6, 4, 3, 2]),
            ("bandwidth_up_kbps", [1, 5, 7, 6, 2, 4, 3]), ("bandwidth_down_kbps", [4, 6, 5, 2, 3, 1, 7]),
            ("kernel_keepalive", [1, 5, 3, 2, 6, 4, 7]),
            ("name", [1, 2, 3, 4, 5, 6, 7]), ("updated_at", [1, 2, 3, 4, 5, 6, 7]),
        ] as [(String, [Int64])])
    func `a list is sorted by what the kernel tells as by what is stored, whatever its pages`(
        field: String, expected: [Int64]
    ) async throws {
        try await Self.withPeers { _, client in
            for (isDescending, limit) in [(false, 100), (true, 100), (false, 1), (true, 3)] as [(Bool, Int64)] {
                var request = ListPeersRequest(
                    network: "office", limit: limit, sort: field, descending: isDescending)
                var ids: [Int64] = []
                repeat {
                    let page = try await client.call(PeersService.list, request)
                    #expect(page.peers.count <= limit)
                    ids += page.peers.map(\.id)
                    request.cursor = page.nextCursor
                } while request.cursor != nil
                #expect(ids == (isDescending ? expected.reversed() : expected), "\(limit) a page")
            }
        }
    }

    @Test func `those that are online, and those that are not, are all, in every order`() async throws {
        try await Self.withPeers { _, client in
            for order in PeerQuery.Order.allCases.map(\.rawValue) + LivePeerOrder.allCases.map(\.rawValue) {
                for (online, expected) in [(true, [2, 4, 6]), (false, [1, 3, 5, 7])] as [(Bool, [Int64])] {
                    var request = ListPeersRequest(network: "office", limit: 2, sort: order, online: online)
                    var ids: [Int64] = []
                    repeat {
                        let page = try await client.call(PeersService.list, request)
                        #expect(page.peers.allSatisfy { $0.status?.online == online })
                        ids += page.peers.map(\.id)
                        request.cursor = page.nextCursor
                    } while request.cursor != nil
                    #expect(ids.sorted() == expected, "\(order)")
                }
            }
        }
    }

    @Test(arguments: ["received", "online", "name"])
    func `those that are stale are the same in every order`(field: String) async throws {
        try await Self.withPeers { _, client in
            for peer in ["p2", "p3"] {
                _ = try await client.call(PeersService.config, PeerReference(network: "office", peer: peer))
            }
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "p3", mtu: 1300))
            let page = try await client.call(
                PeersService.list, ListPeersRequest(network: "office", stale: true, sort: field))
            #expect(page.peers.map(\.name) == ["p3"])
        }
    }

    @Test func `a list by what the kernel tells is there without the kernel, too`() async throws {
        try await Self.withPeers { _, client in
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            let page = try await client.call(
                PeersService.list, ListPeersRequest(network: "office", sort: "received", descending: true))
            #expect(page.peers.map(\.id) == [7, 6, 5, 4, 3, 2, 1])
            #expect(page.statusMissing != nil)
        }
    }

    @Test(arguments: ["id", "name", "address", "received"])
    func `a cursor that no page gave is refused`(field: String) async throws {
        try await Self.withPeers { _, client in
            let error = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", cursor: "?", sort: field))
            }
            #expect(error?.fields.map(\.field) == ["cursor"])
        }
    }

    @Test func `everything wrong with what is asked for is said at once`() async throws {
        try await Self.withPeers { _, client in
            let error = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", limit: 0, sort: "colour", role: "boss"))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.fields.map(\.field) == ["limit", "role", "sort"])
        }
    }
}
