import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

/// What those behind the gateway are told twice.
@Suite struct SharedRepliesTests {
    private static let gateway = PeerCredentials(uid: 400, gid: 9000)
    private static let reference = PeerReference(network: "office", peer: "laptop")

    private static func token(_ daemon: DaemonFixture, _ role: APIToken.Role) async throws -> Metadata {
        let made = try await daemon.store.createToken(
            DisplayName("\(role)"), role: role, expiresAt: nil, createdBy: "root")
        return ["authorization": "Bearer \(made.secret.text)"]
    }

    /// A hub with one peer, and how to make its counter say something.
    private static func prepare(
        _ daemon: DaemonFixture, _ client: RPCClient, _ operatorToken: Metadata
    ) async throws -> @Sendable (UInt64) throws -> Void {
        let network = CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24")
        _ = try await client.call(NetworksService.create, network, metadata: operatorToken)
        let peer = CreatePeerRequest(network: "office", name: "laptop")
        let made = try await client.call(PeersService.create, peer, metadata: operatorToken)
        let key = try PublicKey(made.peer.publicKey)
        return { bytes in
            daemon.kernel.setStatus(
                PeerStatus(received: bytes, sent: 0), of: key, on: try InterfaceName("wg0"))
        }
    }

    @Test func `a change is told at once to who was told how things stood a moment ago`() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let metadata = try await Self.token(daemon, .operator)
            let set = try await Self.prepare(daemon, client, metadata)
            for number in 1...20 {
                _ = try await client.call(PeersService.get, Self.reference, metadata: metadata)
                try set(UInt64(number))
                let edit = UpdatePeerRequest(network: "office", peer: "laptop", notes: "note \(number)")
                _ = try await client.call(PeersService.update, edit, metadata: metadata)
                let told = try await client.call(PeersService.get, Self.reference, metadata: metadata)
                #expect(told.peer.notes == "note \(number)")
                let list = try await client.call(
                    PeersService.list, ListPeersRequest(network: "office"), metadata: metadata)
                #expect(list.peers.map(\.notes) == ["note \(number)"])
            }
        }
    }

    @Test func `a step in the kernel ends what was told although nothing was stored`() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let metadata = try await Self.token(daemon, .operator)
            let set = try await Self.prepare(daemon, client, metadata)
            try set(1)
            _ = try await client.call(PeersService.get, Self.reference, metadata: metadata)
            try set(2)
            daemon.hub.status.forgetTheMoment()
            let told = try await client.call(PeersService.get, Self.reference, metadata: metadata)
            #expect(told.peer.status?.received == 2)
        }
    }

    @Test func `who may not ask any more is refused although the answer is there`() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let metadata = try await Self.token(daemon, .operator)
            _ = try await Self.prepare(daemon, client, metadata)
            let viewer = try await Self.token(daemon, .viewer)
            _ = try await client.call(PeersService.get, Self.reference, metadata: viewer)
            try await daemon.store.revokeToken(named: "viewer")
            let error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.get, Self.reference, metadata: viewer)
            }
            #expect(error?.reason == "bad_token")
            let alone = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.get, Self.reference)
            }
            #expect(alone?.reason == "no_token")
        }
    }

    @Test func `each role and each question has its own answer`() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let metadata = try await Self.token(daemon, .operator)
            _ = try await Self.prepare(daemon, client, metadata)
            let viewer = try await Self.token(daemon, .viewer)
            for _ in 0..<2 {
                #expect(try await client.call(SystemService.info, Empty(), metadata: viewer).role == "viewer")
                #expect(try await client.call(SystemService.info, Empty(), metadata: metadata).role == "operator")
                let missing = PeerReference(network: "office", peer: "nobody")
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(PeersService.get, missing, metadata: viewer)
                }
                #expect(error?.code == .notFound)
                let list = ListPeersRequest(network: "office", filter: "nobody")
                #expect(try await client.call(PeersService.list, list, metadata: viewer).peers.isEmpty)
                let all = ListPeersRequest(network: "office")
                #expect(try await client.call(PeersService.list, all, metadata: viewer).peers.count == 1)
            }
        }
    }

    @Test func `those on the socket are told how things stand now`() async throws {
        try await DaemonFixture.with { daemon, client in
            let set = try await Self.prepare(daemon, client, [:])
            for bytes in 1...5 as ClosedRange<UInt64> {
                try set(bytes)
                let told = try await client.call(PeersService.get, Self.reference)
                #expect(told.peer.status?.received == bytes)
            }
        }
    }
}
