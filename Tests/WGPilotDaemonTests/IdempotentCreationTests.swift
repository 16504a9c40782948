import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

@testable import WGPilotDaemon

@Suite("Creations that are asked for twice")
struct IdempotentCreationTests {
    private static let key = ["idempotency-key": "k1"]
    private static let network = CreateNetworkRequest(
        name: "office", mode: "gateway", subnet: "10.8.0.0/24", listenPort: 51820)

    @Test("the second call answers what the first one made, as it stands by now")
    func repeated() async throws {
        try await DaemonFixture.with { daemon, client in
            let first = try await client.call(NetworksService.create, Self.network, metadata: Self.key)
            let again = try await client.call(NetworksService.create, Self.network, metadata: Self.key)
            #expect(again.network.id == first.network.id && again.sync?.isPending == false)
            let peer = CreatePeerRequest(network: "office", name: "a")
            let key = ["idempotency-key": "p"]
            let made = try await client.call(PeersService.create, peer, metadata: key)
            _ = try await client.call(PeersService.update, UpdatePeerRequest(network: "office", peer: "a", name: "b"))
            let second = try await client.call(PeersService.create, peer, metadata: key)
            #expect(second.peer.id == made.peer.id && second.peer.name == "b" && second.sync?.isPending == false)
            #expect(try await client.call(PeersService.list, ListPeersRequest(network: "office")).peers.count == 1)
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            let waiting = try await client.call(PeersService.create, peer, metadata: key)
            #expect(waiting.sync?.isPending == true)
            #expect(
                try await client.call(AuditService.list, ListAuditRequest(method: "Peers/Create")).entries.count == 1)
        }
    }

    @Test("bridges, rules and imports too")
    func everyKind() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makeNetwork("lab", subnet: "10.9.0.0/24", port: nil)
            var ids: Set<Int64> = []
            for _ in 0..<3 {
                let bridge = CreateBridgeRequest(networkA: "office", networkB: "lab")
                ids.insert(
                    try await client.call(BridgesService.create, bridge, metadata: ["idempotency-key": "b"]).bridge.id)
            }
            #expect(ids.count == 1)
            ids = []
            for _ in 0..<3 {
                let rule = CreateRuleRequest(network: "office", action: "deny")
                ids.insert(try await client.call(RulesService.create, rule, metadata: ["idempotency-key": "r"]).rule.id)
            }
            #expect(ids.count == 1)
            #expect(try await client.call(RulesService.list, ListRulesRequest()).rules.count == 1)
            let file = """
                [Interface]
                PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
                Address = 10.20.0.1/24
                ListenPort = 51900
                [Peer]
                PublicKey = \(PrivateKey.generate().publicKey)
                AllowedIPs = 10.20.0.2/32
                """
            let request = ImportNetworkRequest(name: "old", file: file)
            let first = try await client.call(
                NetworksService.importNetwork, request, metadata: ["idempotency-key": "i"])
            let again = try await client.call(
                NetworksService.importNetwork, request, metadata: ["idempotency-key": "i"])
            #expect(again.network.id == first.network.id && again.peers == first.peers && again.peers.count == 1)
        }
    }

    @Test("a key for another message is refused, a malformed one too, and a dry run uses none up")
    func misuse() async throws {
        try await DaemonFixture.with { daemon, client in
            var rehearsal = Self.network
            rehearsal.options = ChangeOptions(dryRun: true)
            _ = try await client.call(NetworksService.create, rehearsal, metadata: Self.key)
            _ = try await client.call(NetworksService.create, Self.network, metadata: Self.key)
            var other = Self.network
            other.listenPort = 51821
            func reason(_ request: CreateNetworkRequest, _ metadata: Metadata) async -> String {
                do {
                    _ = try await client.call(NetworksService.create, request, metadata: metadata)
                    return "OK"
                } catch {
                    return "\(error.code) \(error.reason)"
                }
            }
            #expect(await reason(other, Self.key) == "INVALID_ARGUMENT idempotency_mismatch")
            for key in ["", "a b", String(repeating: "k", count: 65)] {
                #expect(
                    await reason(other, ["idempotency-key": key]) == "INVALID_ARGUMENT invalid_idempotency_key")
            }
            #expect(await reason(Self.network, [:]) == "ALREADY_EXISTS already_exists")
            // What it made is gone: it is not made a second time.
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(await reason(Self.network, Self.key) == "NOT_FOUND not_found")
        }
    }

    @Test("of twenty at once one makes it, and all answer the same")
    func concurrent() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peers = try await withThrowingTaskGroup(of: PeerMessage.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.call(
                            PeersService.create, CreatePeerRequest(network: "office", name: "a"), metadata: Self.key
                        ).peer
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(peers.map(\.publicKey)).count == 1 && peers.count == 20)
            #expect(try await daemon.store.peerCount(in: 1) == 1)
        }
    }
}
