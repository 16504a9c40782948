import Logging
import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("The facts of a peer, from frame to kernel")
struct PeerFactsTests {
    private static let wg0 = try? InterfaceName("wg0")

    private static func inKernel(_ daemon: DaemonFixture) async throws -> [String: ObservedPeer] {
        let observed = try await daemon.kernel.observe(#require(wg0))
        return Dictionary(uniqueKeysWithValues: (observed?.peers ?? [:]).map { ($0.key.description, $0.value) })
    }

    private static func refused(_ body: () async throws -> some Any) async -> RPCError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    private static func privateKey(in configuration: PeerConfigReply?) throws -> PrivateKey {
        let line = try #require(configuration?.text.split(separator: "\n").first { $0.hasPrefix("PrivateKey = ") })
        return try PrivateKey(line.dropFirst("PrivateKey = ".count))
    }

    private static func deadlines(_ daemon: DaemonFixture) -> PeerDeadlineService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return PeerDeadlineService(
            store: daemon.store, reconciler: daemon.reconciler, now: { daemon.clock.now }, logger: logger)
    }

    /// A hub that keeps calling who went away retries handshakes for ever; a client behind NAT has to call.
    @Test("the hub sends no keepalives unless it is asked to, and the client does")
    func keepalives() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try await client.makePeer("laptop")
            let server = try await client.call(
                PeersService.create,
                CreatePeerRequest(network: "office", name: "server", persistentKeepalive: 0, hubKeepalive: 21)
            ).peer
            #expect(laptop.hubKeepalive == 0 && laptop.persistentKeepalive == 25)
            let device = try #require(try await daemon.kernel.observe(InterfaceName("wg0")))
            #expect(device.peers[try PublicKey(laptop.publicKey)]?.persistentKeepalive == 0)
            #expect(device.peers[try PublicKey(server.publicKey)]?.persistentKeepalive == 21)
            for (name, line) in [("laptop", true), ("server", false)] {
                let file = try await client.call(PeersService.config, PeerReference(network: "office", peer: name))
                #expect(file.text.contains("PersistentKeepalive = 25") == line, "\(file.text)")
                #expect(file.text.contains("PersistentKeepalive") == line, "\(file.text)")
            }
        }
    }

    @Test("custody once: the whole configuration is in the answer, and nowhere else ever after")
    func once() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let refusal = await Self.refused {
                try await client.call(
                    PeersService.create, CreatePeerRequest(network: "office", name: "phone", custody: "once"))
            }
            #expect(refusal?.reason == "configuration_not_taken")
            #expect(try await client.call(PeersService.list, ListPeersRequest(network: "office")).peers.isEmpty)

            let reply = try await client.call(
                PeersService.create,
                CreatePeerRequest(network: "office", name: "phone", custody: "once", returnConfiguration: true))
            #expect(reply.peer.custody == "once" && !reply.peer.holdsPrivateKey)
            #expect(try Self.privateKey(in: reply.configuration).publicKey.description == reply.peer.publicKey)
            let reference = PeerReference(network: "office", peer: "phone")
            let config = await Self.refused { try await client.call(PeersService.config, reference) }
            // By its marked number: a bare one could be the name of another.
            #expect(config?.reason == "private_key_not_held")
            #expect(config?.message.contains("`wgpilotctl peer rotate '#1/#1' --config-file FILE`") == true)
            let seen = try await client.call(PeersService.get, reference).peer
            #expect(seen.configFetchedAt == daemon.clock.now && seen.configStale == false)

            let rotated = try await client.call(
                PeersService.rotateKeys,
                RotateKeysRequest(network: "office", peer: "phone", returnConfiguration: true))
            #expect(try Self.privateKey(in: rotated.configuration).publicKey.description == rotated.peer.publicKey)
            #expect(Array(try await Self.inKernel(daemon).keys) == [rotated.peer.publicKey])
            // A network chooses for its peers.
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", custody: "once"))
            let other = await Self.refused { try await client.makePeer("tablet") }
            #expect(other?.reason == "configuration_not_taken")
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", custody: "client"))
            let keyless = await Self.refused { try await client.makePeer("tablet") }
            #expect(keyless?.fields.map(\.field) == ["public_key"])
        }
    }

    @Test("all that is wrong with keys and times is told at once, and nothing is made")
    func faults() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let key = PrivateKey.generate().publicKey.description
            let creation = await Self.refused {
                try await client.call(
                    PeersService.create,
                    CreatePeerRequest(
                        network: "office", name: "a", publicKey: key, custody: "held", searchDomains: ["a b"],
                        excludedCIDRs: ["10.0.0.1/8"], expiresAt: daemon.clock.now))
            }
            #expect(
                Set(creation?.fields.map(\.field) ?? []) == [
                    "custody", "search_domains", "excluded_cidrs[0]", "expires_at",
                ])
            try await client.makePeer("b")
            let edit = await Self.refused {
                try await client.call(
                    PeersService.update,
                    UpdatePeerRequest(
                        network: "office", peer: "b", clear: ["custody"], custody: "client",
                        excludedCIDRs: ["0.0.0.0/0", "::/0"], expiresAt: 5))
            }
            #expect(Set(edit?.fields.map(\.field) ?? []) == ["clear", "custody", "excluded_cidrs", "expires_at"])
            let rotation = await Self.refused {
                try await client.call(
                    PeersService.rotateKeys,
                    RotateKeysRequest(
                        network: "office", peer: "b", publicKey: "x", presharedKey: "y", custody: "z", overlap: 604_801)
                )
            }
            #expect(
                Set(rotation?.fields.map(\.field) ?? []) == ["public_key", "preshared_key", "custody", "overlap"])
            let action = await Self.refused {
                try await client.call(
                    PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "b", action: "spin"))
            }
            #expect(action?.fields.map(\.field) == ["action"])
            #expect(try await client.call(PeersService.list, ListPeersRequest(network: "office")).peers.count == 1)
        }
    }

    @Test("new keys are in the kernel in the place of the old ones; with an overlap only when their time has come")
    func rotation() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let first = try await client.makePeer("a").publicKey
            let neighbour = try await client.makePeer("b").publicKey
            let reply = try await client.call(PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "a"))
            let second = reply.peer.publicKey
            #expect(reply.sync == SyncMessage(isPending: false) && second != first && reply.configuration == nil)
            var kernel = try await Self.inKernel(daemon)
            #expect(Set(kernel.keys) == [second, neighbour])
            #expect(kernel[second]?.allowedIPs == [try IPPrefix("10.8.0.2/32")])

            let prepared = try await client.call(
                PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "a", overlap: 600))
            let third = try #require(prepared.peer.pendingPublicKey)
            #expect(prepared.peer.publicKey == second && prepared.peer.keysChangeAt == daemon.clock.now + 600)
            #expect(Set(try await Self.inKernel(daemon).keys) == [second, neighbour])
            let config = try await client.call(PeersService.config, PeerReference(network: "office", peer: "a"))
            #expect(try Self.privateKey(in: config).publicKey.description == third)
            #expect(config.findings?.map(\.code) == ["keys_pending"] && prepared.findings == config.findings)

            let deadlines = Self.deadlines(daemon)
            daemon.clock.advance(by: 599)
            #expect(try #require(await deadlines.act()) <= .seconds(1))
            #expect(Set(try await Self.inKernel(daemon).keys) == [second, neighbour])
            daemon.clock.advance(by: 1)
            #expect(await deadlines.act() == nil)
            kernel = try await Self.inKernel(daemon)
            #expect(Set(kernel.keys) == [third, neighbour])
            #expect(kernel[third]?.allowedIPs == [try IPPrefix("10.8.0.2/32")])
            // By hand it is the same, and what was dropped never comes.
            for action in ["cancel", "activate"] {
                let next = try await client.call(
                    PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "a", overlap: 600)
                ).peer
                let after = try await client.call(
                    PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "a", action: action)
                ).peer
                let expected = action == "cancel" ? next.publicKey : next.pendingPublicKey
                #expect(after.publicKey == expected && after.pendingPublicKey == nil)
                #expect(Set(try await Self.inKernel(daemon).keys) == [after.publicKey, neighbour])
            }
        }
    }

    @Test("a hub's new key is in the kernel with the new keys of its peers; a dry run has what it would be")
    func regeneration() async throws {
        try await DaemonFixture.with { daemon, client in
            let network = try await client.makeNetwork()
            let peer = try await client.makePeer("a")
            let request = RegenerateKeysRequest(network: "office", peers: true)
            var rehearsal = request
            rehearsal.options = ChangeOptions(dryRun: true)
            let plan = try await client.call(NetworksService.regenerateKeys, rehearsal)
            #expect(plan.change?.plan.isEmpty == false && plan.rotatedPeers == 1)
            #expect(Array(try await Self.inKernel(daemon).keys) == [peer.publicKey])
            let reply = try await client.call(NetworksService.regenerateKeys, request)
            #expect(reply.network.publicKey != network.publicKey && reply.rotatedPeers == 1 && reply.keptPeers == 0)
            let wg0 = try #require(Self.wg0)
            let observed = try #require(try await daemon.kernel.observe(wg0))
            #expect(observed.privateKey?.publicKey.description == reply.network.publicKey)
            let now = try await client.call(PeersService.get, PeerReference(network: "office", peer: "a")).peer
            #expect(now.publicKey != peer.publicKey && observed.peers.keys.map(\.description) == [now.publicKey])
        }
    }

    @Test("a peer leaves the kernel when its time is up, is told to be expired, and comes back with another expiry")
    func expiry() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            _ = try await client.call(
                PeersService.create,
                CreatePeerRequest(network: "office", name: "guest", expiresAt: daemon.clock.now + 60))
            let stays = try await client.makePeer("stays").publicKey
            let deadlines = Self.deadlines(daemon)
            #expect(try #require(await deadlines.act()) == PeerDeadlineService.longestPause)
            daemon.clock.advance(by: 59)
            #expect(try #require(await deadlines.act()) <= .seconds(1))
            #expect(try await Self.inKernel(daemon).count == 2)
            let connections = try ["10.8.0.2", "10.8.0.3"].enumerated().map { number, address in
                let (peer, other) = (try #require(IPAddress(address)), try #require(IPAddress("192.0.2.9")))
                return TrackedConnection(
                    id: UInt32(number), protocolNumber: 6, original: .init(source: peer, destination: other),
                    reply: .init(source: other, destination: peer))
            }
            daemon.host.connections = connections
            // The machine's clock was set: whatever it skipped is over.
            daemon.clock.advance(by: 86_400)
            #expect(await deadlines.act() == nil)
            #expect(Array(try await Self.inKernel(daemon).keys) == [stays])
            #expect(daemon.host.connections == [connections[1]], "what comes late reaches nobody")
            let reference = PeerReference(network: "office", peer: "guest")
            let peer = try await client.call(PeersService.get, reference).peer
            #expect(!peer.enabled && peer.disabledReason == "expired")
            let entry = try #require(try await client.call(AuditService.list, ListAuditRequest()).entries.first)
            #expect(entry.actor == "wgpilotd" || entry.actorKind == "daemon")
            #expect(entry.target == "office/guest" && entry.method == PeersService.disable.fullName)

            let refused = await Self.refused { try await client.call(PeersService.enable, reference) }
            #expect(refused?.code == .failedPrecondition && refused?.fields.map(\.field) == ["expires_at"])
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "guest", clear: ["expires_at"]))
            #expect(try await Self.inKernel(daemon).count == 1, "it came back by itself")
            let enabled = try await client.call(PeersService.enable, reference).peer
            #expect(enabled.enabled && enabled.disabledReason == nil && enabled.expiresAt == nil)
            #expect(try await Self.inKernel(daemon).count == 2)
        }
    }

    @Test("what would bite is told where a peer is made, edited and fetched, by code and by sentence")
    func findings() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            let made = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "a", excludedCIDRs: ["::/0"]))
            #expect(made.findings?.map(\.code) == ["ipv6_leak"])
            let edited = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "a", mtu: 1500))
            #expect(edited.findings?.map(\.code) == ["ipv6_leak", "mtu_too_large"])
            let config = try await client.call(PeersService.config, PeerReference(network: "office", peer: "a"))
            #expect(config.findings == edited.findings && config.warnings == edited.findings?.map(\.message))
            #expect(config.text.contains("AllowedIPs = 0.0.0.0/0\n"))
            let plain = try await client.call(PeersService.create, CreatePeerRequest(network: "office", name: "b"))
            #expect(plain.findings == [])
        }
    }

    @Test("clients that must import again are listed, and no others")
    func stale() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            for name in ["a", "b", "never"] { try await client.makePeer(name) }
            func stale() async throws -> [String] {
                let reply = try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", stale: true))
                #expect(reply.peers.allSatisfy { $0.configStale == true && $0.configFetchedAt != nil })
                return reply.peers.map(\.name)
            }
            for name in ["a", "b"] {
                _ = try await client.call(PeersService.config, PeerReference(network: "office", peer: name))
            }
            #expect(try await stale() == [])
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "b", searchDomains: ["lan"]))
            #expect(try await stale() == [], "without a name server there is no search domain in the file")
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "b", dnsServers: ["10.8.0.1"]))
            #expect(try await stale() == ["b"])
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", listenPort: 4500))
            #expect(try await stale() == ["a", "b"])
            let all = try await client.call(PeersService.list, ListPeersRequest(network: "office")).peers
            #expect(all.count == 3 && all.allSatisfy { $0.configStale == nil })
            _ = try await client.call(PeersService.config, PeerReference(network: "office", peer: "a"))
            let fresh = try await client.call(PeersService.get, PeerReference(network: "office", peer: "a")).peer
            #expect(fresh.configStale == false)
            #expect(try await stale() == ["b"])
        }
    }

    @Test("of an interface no more than one dump in the interval is taken, and none of another is missed")
    func sightingsInterval() async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let store = try StateStore.inMemory()
        let service = SightingService(store: store, kernel: FakeKernel(), logger: logger, interval: .seconds(3600))
        var asked: [String] = []
        for name in ["wg0", "wg0", "wg1", "wg0", "wg1"] {
            service.note(try InterfaceName(name)) {
                asked.append(name)
                return [:]
            }
        }
        #expect(asked == ["wg0", "wg1"])
    }

    @Test("when a peer was last seen is known after the kernel has forgotten it")
    func sightings() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peer = try await client.makePeer("a")
            let wg0 = try #require(Self.wg0)
            daemon.kernel.setStatus(
                PeerStatus(endpoint: try SocketEndpoint("192.0.2.7:4000"), latestHandshake: 1_799_999_000),
                of: try PublicKey(peer.publicKey), on: wg0)
            let reference = PeerReference(network: "office", peer: "a")
            _ = try await client.call(PeersService.get, reference)
            await daemon.hub.sightings.flush()
            daemon.kernel.removeInterface("wg0")
            _ = await daemon.reconciler.synchronize(.everything(.start))
            let after = try await client.call(PeersService.get, reference).peer
            #expect(after.status?.latestHandshake == nil)
            #expect(after.lastSeenAt == 1_799_999_000 && after.lastEndpoint == "192.0.2.7:4000")
        }
    }
}
