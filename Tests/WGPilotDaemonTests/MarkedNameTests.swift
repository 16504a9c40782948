import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

/// Where `#7` means number 7 whatever the names are, a peer of that name would be out of reach, and another one be removed in
/// its place.
@Suite("No peer and no network is named as references by number are")
struct MarkedNameTests {
    private static let names = ["#1", "#0", "#007", "#99999999999999999999"]

    private static func fields(_ call: () async throws -> Void) async -> [String]? {
        let error = await #expect(throws: RPCError.self) { try await call() }
        return error.map { $0.code == .invalidArgument ? $0.fields.map(\.field) : ["\($0)"] }
    }

    @Test("whoever creates, renames, batches or imports is told the field", arguments: names)
    func refused(name: String) async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            #expect(await Self.fields { try await client.makePeer(name) } == ["name"])
            #expect(
                await Self.fields {
                    _ = try await client.call(
                        PeersService.update, UpdatePeerRequest(network: "office", peer: "a", name: name))
                } == ["name"])
            #expect(
                await Self.fields {
                    _ = try await client.call(
                        PeersService.createBatch,
                        CreatePeersRequest(
                            network: "office", peers: ["b", name].map { CreatePeerRequest(network: "", name: $0) }))
                } == ["peers[1].name"])
            #expect(await Self.fields { try await client.makeNetwork(name, subnet: "10.9.0.0/24") } == ["name"])
            #expect(
                await Self.fields {
                    _ = try await client.call(
                        NetworksService.update, UpdateNetworkRequest(network: "office", name: name))
                } == ["name"])
            #expect(
                await Self.fields {
                    _ = try await client.call(
                        NetworksService.importNetwork, ImportNetworkRequest(name: name, file: "[Interface]\n"))
                } == ["name"])
            #expect(try await daemon.store.networks().map(\.settings.name.description) == ["office"])
            #expect(try await daemon.store.peerNames(in: 1) == ["a"])
        }
    }

    @Test("names that only look like it are names", arguments: ["#", "#a", "##1", "#1a", "# 1", "1", "#١", "1#"])
    func allowed(name: String) async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            try await client.makePeer(name)
            let found = try await client.call(PeersService.get, PeerReference(network: "office", peer: name))
            #expect(found.peer.name == name)
        }
    }

    @Test("one that was made before is read, changed and renamed by its number")
    func old() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            let made = try await daemon.store.createPeer(
                in: 1, PeerDraft(settings: PeerSettings(name: DisplayName("#1")))
            ).peer
            #expect(made.id == 2)
            let listed = try await client.call(PeersService.list, ListPeersRequest(network: "office"))
            #expect(listed.peers.map(\.name) == ["a", "#1"])
            // `#1` stays the one of that number.
            let first = try await client.call(PeersService.get, PeerReference(network: "#1", peer: "#1")).peer
            #expect(first.name == "a")
            // A form sends the name as it is.
            let edited = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "#2", name: "#1", notes: "x"))
            #expect(edited.peer.notes == "x" && edited.peer.name == "#1")
            let renamed = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "#2", name: "b"))
            #expect(renamed.peer.name == "b")
        }
    }
}
