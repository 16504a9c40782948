import Logging
import Testing
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Transfer history, sessions and who is online")
struct HistoryTests {
    private static let endpoint = try? SocketEndpoint("192.0.2.9:1111")

    /// What moves a peer's counters in the kernel.
    private struct Traffic {
        let daemon: DaemonFixture
        let interface: InterfaceName
        let peer: PeerMessage

        init(_ daemon: DaemonFixture, _ peer: PeerMessage, interface: String = "wg0") throws {
            self.daemon = daemon
            self.peer = peer
            self.interface = try InterfaceName(interface)
        }

        func set(
            _ received: UInt64, _ sent: UInt64, handshake: Int64?, endpoint: SocketEndpoint? = HistoryTests.endpoint,
            key: String? = nil
        ) throws {
            daemon.kernel.setStatus(
                PeerStatus(endpoint: endpoint, latestHandshake: handshake, received: received, sent: sent),
                of: try PublicKey(key ?? peer.publicKey), on: interface)
        }
    }

    private static func history(_ client: RPCClient, _ peer: String = "laptop") async throws -> HistoryReply {
        try await client.call(PeersService.history, PeerHistoryRequest(network: "office", peer: peer, range: "day"))
    }

    private static func networkHistory(_ client: RPCClient) async throws -> HistoryReply {
        try await client.call(NetworksService.history, NetworkHistoryRequest(network: "office", range: "day"))
    }

    private static func refused(_ body: () async throws -> some Any) async -> RPCError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    @Test("what flows is told of peer and network, in the bucket in which it flowed")
    func whatFlows() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let phone = try Traffic(daemon, try await client.makePeer("phone"))
            #expect(try await Self.history(client).sampledAt == nil)
            try laptop.set(100, 10, handshake: daemon.clock.now)
            try phone.set(7, 1, handshake: nil)
            await daemon.hub.history.sample()
            daemon.clock.advance(by: 3600)
            try laptop.set(150, 30, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            let reply = try await Self.history(client)
            #expect(reply.granularity == "5min" && reply.sampledAt == daemon.clock.now)
            #expect(reply.points.count == 289 && reply.points.first?.start == reply.from)
            let moved = reply.points.filter { $0.received > 0 }
            #expect(moved.map(\.start) == [DaemonFixture.now, DaemonFixture.now + 3600])
            #expect(moved.map(\.received) == [100, 50] && moved.map(\.sent) == [10, 20])
            #expect(reply.received == 150 && reply.sent == 30)
            let all = try await Self.networkHistory(client)
            #expect(all.received == 157 && all.sent == 31)
        }
    }

    @Test("an interface that is made anew loses nothing: neither what it counted last nor what it counts next")
    func madeAnew() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 10, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            // More flowed since the sample when the network is switched off.
            try laptop.set(130, 12, handshake: daemon.clock.now)
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            daemon.clock.advance(by: 60)
            await daemon.hub.history.sample()
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            // By then it may have counted further than before.
            try laptop.set(500, 50, handshake: daemon.clock.now)
            daemon.clock.advance(by: 60)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 630)
            #expect(try await Self.history(client).sent == 62)
            // Somebody deletes it, and it is made again: nobody could read it before.
            daemon.kernel.removeInterface("wg0")
            _ = await daemon.reconciler.synchronize(.everything(.check))
            try laptop.set(1000, 100, handshake: daemon.clock.now)
            daemon.clock.advance(by: 60)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 1630)
            #expect(try await Self.networkHistory(client).received == 1630)
        }
    }

    @Test("a peer that gets another key, is switched off and on, or goes loses no byte of its network's")
    func peersThatChange() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 0, handshake: nil)
            await daemon.hub.history.sample()
            try laptop.set(120, 0, handshake: nil)
            let rotated = try await client.call(
                PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "laptop")
            ).peer
            try laptop.set(300, 0, handshake: nil, key: rotated.publicKey)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 420)
            try laptop.set(310, 0, handshake: nil, key: rotated.publicKey)
            let reference = PeerReference(network: "office", peer: "laptop")
            _ = try await client.call(PeersService.disable, reference)
            _ = try await client.call(PeersService.enable, reference)
            try laptop.set(400, 0, handshake: nil, key: rotated.publicKey)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 830)
            try laptop.set(405, 0, handshake: nil, key: rotated.publicKey)
            _ = try await client.call(PeersService.delete, reference)
            #expect(try await Self.networkHistory(client).received == 835)
        }
    }

    @Test("a single peer that leaves a network of hundreds takes no byte along that it moved since the last sample")
    func peerOfMany() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(subnet: "10.8.0.0/16")
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let phone = try Traffic(daemon, try await client.makePeer("phone"))
            _ = try await client.call(
                PeersService.createBatch,
                CreatePeersRequest(
                    network: "office", peers: (0..<300).map { CreatePeerRequest(network: "", name: "peer-\($0)") }))
            for peer in [laptop, phone] { try peer.set(100, 10, handshake: nil) }
            await daemon.hub.history.sample()
            try laptop.set(150, 30, handshake: nil)
            try phone.set(1100, 10, handshake: nil)
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "laptop"))
            var total = try await Self.networkHistory(client)
            #expect(total.received == 1250 && total.sent == 40)
            await daemon.hub.history.sample()
            total = try await Self.networkHistory(client)
            #expect(total.received == 1250 && total.sent == 40, "and none is counted twice")
        }
    }

    @Test("a peer that came after the last sample takes no byte along, whichever way it goes")
    func cameAndWent() async throws {
        for way in ["disable", "delete", "rotate", "network"] {
            try await DaemonFixture.with { daemon, client in
                try await client.makeNetwork()
                try await client.makePeer("laptop")
                await daemon.hub.history.sample()
                let phone = try Traffic(daemon, try await client.makePeer("phone"))
                try phone.set(500, 50, handshake: nil)
                let reference = PeerReference(network: "office", peer: "phone")
                switch way {
                case "disable": _ = try await client.call(PeersService.disable, reference)
                case "delete": _ = try await client.call(PeersService.delete, reference)
                case "network":
                    _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
                default:
                    _ = try await client.call(
                        PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "phone"))
                }
                for _ in 0..<2 {
                    #expect(try await Self.networkHistory(client).received == 500, "\(way)")
                    if way != "delete" { #expect(try await Self.history(client, "phone").received == 500, "\(way)") }
                    await daemon.hub.history.sample()
                }
            }
        }
    }

    @Test("a peer of a large batch that goes before the next sample takes no byte along")
    func cameWithMany() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(subnet: "10.8.0.0/16")
            await daemon.hub.history.sample()
            _ = try await client.call(
                PeersService.createBatch,
                CreatePeersRequest(
                    network: "office", peers: (0..<300).map { CreatePeerRequest(network: "", name: "peer-\($0)") }))
            let reference = PeerReference(network: "office", peer: "peer-299")
            let last = try Traffic(daemon, try await client.call(PeersService.get, reference).peer)
            try last.set(500, 50, handshake: nil)
            _ = try await client.call(PeersService.delete, reference)
            #expect(try await Self.networkHistory(client).received == 500)
        }
    }

    @Test("a network that is made and switched off between two samples keeps what flowed, and so does the next one")
    func networkCameAndWent() async throws {
        try await DaemonFixture.with { daemon, client in
            await daemon.hub.history.sample()
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(500, 50, handshake: nil)
            let network = NetworkReference(network: "office")
            _ = try await client.call(NetworksService.disable, network)
            #expect(try await Self.history(client).received == 500)
            _ = try await client.call(NetworksService.enable, network)
            try laptop.set(30, 3, handshake: nil)
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "laptop"))
            #expect(try await Self.networkHistory(client).received == 530)
            // The interface of the name is then another network's.
            _ = try await client.call(NetworksService.delete, network)
            try await client.makeNetwork()
            let other = try Traffic(daemon, try await client.makePeer("laptop"))
            try other.set(70, 7, handshake: nil)
            _ = try await client.call(NetworksService.disable, network)
            #expect(try await Self.history(client).received == 70)
            #expect(try await Self.networkHistory(client).received == 70)
        }
    }

    @Test("a peer that gets another key again and again between two samples loses none of what each carried")
    func rotatedTwice() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 0, handshake: nil)
            await daemon.hub.history.sample()
            let reference = PeerReference(network: "office", peer: "laptop")
            var sum: UInt64 = 100
            for round in 1...4 as ClosedRange<UInt64> {
                // Once the key changes while the kernel does not have the peer.
                if round == 3 { _ = try await client.call(PeersService.disable, reference) }
                let key = try await client.call(
                    PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "laptop")
                ).peer.publicKey
                if round == 3 { _ = try await client.call(PeersService.enable, reference) }
                try laptop.set(1000 * round, 0, handshake: nil, key: key)
                sum += 1000 * round
            }
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == Int64(sum))
            await daemon.hub.history.sample()
            #expect(try await Self.networkHistory(client).received == Int64(sum))
        }
    }

    @Test("a key that goes from one peer to the next is counted for each what it carried as its own")
    func keyHandedOn() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let key = PrivateKey.generate().publicKey.description
            func make(_ name: String) async throws -> Traffic {
                try Traffic(
                    daemon,
                    try await client.call(
                        PeersService.create, CreatePeerRequest(network: "office", name: name, publicKey: key)
                    ).peer)
            }
            try await make("first").set(100, 0, handshake: nil)
            await daemon.hub.history.sample()
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "first"))
            try await make("second").set(500, 0, handshake: nil)
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "second"))
            await daemon.hub.history.sample()
            #expect(try await Self.history(client, "second").received == 500)
            #expect(try await Self.networkHistory(client).received == 600)
        }
    }

    @Test("the first change after a start, too, loses nothing of whom it takes away")
    func firstAfterStart() async throws {
        for way in ["delete", "rotate"] {
            try await DaemonFixture.with { daemon, client in
                try await client.makeNetwork()
                let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
                // The daemon that runs from here on has taken no sample yet.
                try laptop.set(500, 50, handshake: nil)
                if way == "delete" {
                    _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "laptop"))
                } else {
                    _ = try await client.call(
                        PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "laptop"))
                }
                #expect(try await Self.networkHistory(client).received == 500)
            }
        }
    }

    @Test("a peer that somebody takes out of the kernel and the hub puts back is counted from 0 on")
    func putBack() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 10, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            let key = try PublicKey(laptop.peer.publicKey)
            daemon.kernel.tamper(try InterfaceName("wg0")) { $0.peers[key] = nil }
            _ = await daemon.reconciler.synchronize(.everything(.check))
            try laptop.set(500, 50, handshake: daemon.clock.now)
            daemon.clock.advance(by: 60)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 600)
            #expect(try await Self.networkHistory(client).sent == 60)
        }
    }

    @Test("a sample between a change and its way to the kernel loses nothing, and counts nothing twice")
    func betweenChangeAndKernel() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let network = try await daemon.store.networks()[0]
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let phone = try Traffic(daemon, try await client.makePeer("phone"))
            for peer in [laptop, phone] { try peer.set(100, 0, handshake: nil) }
            await daemon.hub.history.sample()
            for peer in [laptop, phone] { try peer.set(150, 0, handshake: nil) }
            // Nothing can be taken away for a while.
            daemon.kernel.fail(with: KernelError(code: .io, operation: "test", message: "none"))
            let rotated = try await client.call(
                PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "laptop")
            ).peer
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "phone"))
            await daemon.hub.history.sample()
            #expect(try await Self.networkHistory(client).received == 300)
            for peer in [laptop, phone] { try peer.set(170, 0, handshake: nil) }
            daemon.kernel.fail(with: nil)
            _ = await daemon.reconciler.synchronize(.network(network.id))
            try laptop.set(1000, 0, handshake: nil, key: rotated.publicKey)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 1170)
            #expect(try await Self.networkHistory(client).received == 1340)
            // The interface as a whole, which then stays after all.
            try laptop.set(1100, 0, handshake: nil, key: rotated.publicKey)
            daemon.kernel.fail(with: KernelError(code: .io, operation: "test", message: "none"))
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            for _ in 0..<2 { await daemon.hub.history.sample() }
            #expect(try await Self.history(client).received == 1270)
            try laptop.set(1200, 0, handshake: nil, key: rotated.publicKey)
            daemon.kernel.fail(with: nil)
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 1370)
            // And one that goes.
            try laptop.set(1300, 0, handshake: nil, key: rotated.publicKey)
            daemon.kernel.fail(with: KernelError(code: .io, operation: "test", message: "none"))
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            await daemon.hub.history.sample()
            try laptop.set(1400, 0, handshake: nil, key: rotated.publicKey)
            daemon.kernel.fail(with: nil)
            _ = await daemon.reconciler.synchronize(.everything(.change))
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 1570)
            #expect(try await Self.networkHistory(client).received == 1740)
        }
    }

    @Test("what flowed while the daemon was away is found, and none of it twice")
    func restart() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 10, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            try laptop.set(900, 90, handshake: daemon.clock.now)
            daemon.clock.advance(by: 7200)
            func next(machine: String) -> HistoryService {
                HistoryService(
                    store: daemon.store, kernel: daemon.kernel,
                    presence: Presence(store: daemon.store, now: { daemon.clock.now }), sightings: daemon.hub.sightings,
                    machine: machine, now: { daemon.clock.now }, logger: Logger(label: "test"))
            }
            await next(machine: "test").sample()
            await next(machine: "test").sample()
            var reply = try await Self.history(client)
            #expect(reply.received == 900 && reply.sent == 90)
            // The point before the last is a gap, in which nobody looked.
            #expect(reply.points.dropLast().last?.watched == 0)
            // After a restart of the machine the counters are others, however far they are.
            try laptop.set(2000, 200, handshake: daemon.clock.now)
            await next(machine: "another boot").sample()
            reply = try await Self.history(client)
            #expect(reply.received == 2900 && reply.sent == 290)
        }
    }

    @Test("a failing kernel is a gap, and no end of anything")
    func failing() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 10, handshake: daemon.clock.now)
            let broken = HistoryService(
                store: daemon.store,
                kernel: MissingKernel(error: KernelError(code: .io, operation: "test", message: "none")),
                presence: Presence(store: daemon.store, now: { daemon.clock.now }), sightings: daemon.hub.sightings,
                machine: "test", now: { daemon.clock.now }, logger: Logger(label: "test"))
            await broken.sample()
            #expect(try await Self.history(client).sampledAt == nil)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 100)
        }
    }

    @Test("sessions have their times, bytes and endpoints, and end with the peer")
    func sessions() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let begin = daemon.clock.now
            try laptop.set(100, 10, handshake: begin)
            daemon.clock.advance(by: 10)
            await daemon.hub.history.sample()
            daemon.clock.advance(by: 60)
            try laptop.set(150, 20, handshake: begin, endpoint: try SocketEndpoint("[2001:db8::1]:2222"))
            await daemon.hub.history.sample()
            let request = SessionsRequest(network: "office", peer: "laptop")
            var reply = try await client.call(PeersService.sessions, request)
            #expect(
                reply.sessions == [
                    PeerSessionMessage(
                        startedAt: begin, lastSeenAt: begin + 70, received: 150, sent: 20,
                        endpoints: [
                            .init(at: begin, endpoint: "192.0.2.9:1111"),
                            .init(at: begin + 70, endpoint: "[2001:db8::1]:2222"),
                        ])
                ])
            daemon.clock.advance(by: 600)
            await daemon.hub.history.sample()
            reply = try await client.call(PeersService.sessions, request)
            #expect(reply.sessions.map(\.endedAt) == [begin + 70])
            // Whoever is taken off the interface is offline at once.
            try laptop.set(160, 20, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "laptop"))
            await daemon.hub.history.sample()
            reply = try await client.call(PeersService.sessions, request)
            #expect(reply.sessions.count == 2 && reply.sessions.first?.endedAt == daemon.clock.now)
            #expect(reply.sessions.first?.received == 10)
        }
    }

    @Test("a purge forgets the peer's past and not its counters, and is told in the audit log; a dry run is not")
    func purge() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            try laptop.set(100, 10, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            var request = PurgeHistoryRequest(network: "office", peer: "laptop", dryRun: true)
            let counted = try await client.call(PeersService.purgeHistory, request)
            #expect(counted.samples == 1 && counted.sessions == 1 && counted.dryRun)
            #expect(try await Self.history(client).received == 100)
            request.dryRun = nil
            #expect(try await client.call(PeersService.purgeHistory, request).samples == 1)
            #expect(try await Self.history(client).received == 0)
            #expect(
                try await client.call(
                    PeersService.sessions, SessionsRequest(network: "office", peer: "laptop")
                ).sessions.isEmpty)
            let audit = try await client.call(AuditService.list, ListAuditRequest(method: "Peers/PurgeHistory"))
            #expect(audit.entries.map(\.target) == ["office/laptop"])
            try laptop.set(130, 10, handshake: daemon.clock.now)
            daemon.clock.advance(by: 60)
            await daemon.hub.history.sample()
            #expect(try await Self.history(client).received == 30)
            #expect(try await Self.networkHistory(client).received == 130)
        }
    }

    @Test("what makes no sense is refused, and the field is named")
    func badInput() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("laptop")
            let now = daemon.clock.now
            let histories: [(PeerHistoryRequest, [String])] = [
                (.init(network: "office", peer: "laptop", range: "eon"), ["range"]),
                (.init(network: "office", peer: "laptop", range: "day", from: 5), ["range"]),
                (.init(network: "office", peer: "laptop", from: now + 9), ["from"]),
                (.init(network: "office", peer: "laptop", from: now, to: now - 9), ["from"]),
                (.init(network: "office", peer: "laptop", from: .min, to: .max), ["from", "to"]),
                (.init(network: "office", peer: "laptop", to: 5), ["from"]),
                (.init(network: "office", peer: "laptop", range: "eon", granularity: "eon"), ["granularity", "range"]),
                (.init(network: "office", peer: "laptop", range: "year", granularity: "minute"), ["granularity"]),
            ]
            for (request, fields) in histories {
                let error = await Self.refused { try await client.call(PeersService.history, request) }
                #expect(error?.code == .invalidArgument && error?.fields.map(\.field) == fields, "\(request)")
                let other = NetworkHistoryRequest(
                    network: "office", range: request.range, from: request.from, to: request.to,
                    granularity: request.granularity)
                let same = await Self.refused { try await client.call(NetworksService.history, other) }
                #expect(same?.fields.map(\.field) == fields, "\(request)")
            }
            let sessions: [(SessionsRequest, [String])] = [
                (.init(network: "office", peer: "laptop", limit: 0), ["limit"]),
                (.init(network: "office", peer: "laptop", limit: .max), ["limit"]),
                (.init(network: "office", peer: "laptop", from: -1, limit: 1001), ["limit", "from"]),
                (.init(network: "office", peer: "laptop", from: now + 1), ["from"]),
                (.init(network: "office", peer: "laptop", from: 9, before: 5), ["before"]),
                (.init(network: "office", peer: "laptop", before: .min), ["before"]),
            ]
            for (request, fields) in sessions {
                let error = await Self.refused { try await client.call(PeersService.sessions, request) }
                #expect(error?.code == .invalidArgument && error?.fields.map(\.field) == fields, "\(request)")
            }
            for peer in ["nobody", ""] {
                let error = await Self.refused { try await Self.history(client, peer) }
                #expect(error?.code == .notFound)
                let purge = await Self.refused {
                    try await client.call(PeersService.purgeHistory, .init(network: "office", peer: peer))
                }
                #expect(purge?.code == .notFound)
            }
        }
    }

    @Test("the keys of the configuration are read, and a coarser history is kept no shorter than a finer one")
    func keys() throws {
        let configuration = try DaemonConfiguration(layers: [
            .flags([
                (.historyInterval, "5"), (.historyRawDays, "3"), (.historyHourlyDays, "3"),
                (.historyDailyDays, "3660"), (.sessionDays, "1"),
            ])
        ])
        #expect(configuration.historyInterval == 5)
        #expect(
            configuration.historyRetention
                == HistoryRetention(rawDays: 3, hourlyDays: 3, dailyDays: 3660, sessionDays: 1))
        let wrong: [[(DaemonKey, String?)]] = [
            [(.historyInterval, "0")], [(.historyInterval, "3601")], [(.historyRawDays, "0")],
            [(.historyRawDays, "32")], [(.historyRawDays, "9"), (.historyHourlyDays, "8")],
            [(.historyHourlyDays, "367")], [(.historyHourlyDays, "60"), (.historyDailyDays, "59")],
            [(.historyDailyDays, "3661")], [(.sessionDays, "many")], [(.sessionDays, "-1")],
        ]
        for keys in wrong {
            let error = #expect(throws: ConfigurationError.self) {
                try DaemonConfiguration(layers: [.flags(keys)])
            }
            #expect("\(String(describing: error))".contains(keys[keys.count - 1].0.rawValue), "\(keys)")
        }
    }

    // MARK: Online

    @Test("list, filter, details, status and doctor have one rule of who is online, and a peer does not flicker")
    func oneRule() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let slow = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "slow", persistentKeepalive: 120)
            ).peer
            let other = try Traffic(daemon, slow)
            let begin = daemon.clock.now
            try laptop.set(1, 1, handshake: begin)
            try other.set(1, 1, handshake: begin)
            func online() async throws -> Set<String> {
                let all = try await client.call(PeersService.list, ListPeersRequest(network: "office")).peers
                let listed = Set(all.filter { $0.status?.online == true }.map(\.name))
                let filtered = try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", online: true)
                ).peers
                #expect(Set(filtered.map(\.name)) == listed)
                let offline = try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", online: false)
                ).peers
                #expect(Set(offline.map(\.name)) == Set(all.map(\.name)).subtracting(listed))
                let sorted = try await client.call(
                    PeersService.list, ListPeersRequest(network: "office", sort: "online")
                ).peers
                #expect(Set(sorted.suffix(listed.count).map(\.name)) == listed)
                for peer in all {
                    let shown = try await client.call(
                        PeersService.get, PeerReference(network: "office", peer: peer.name)
                    ).peer
                    #expect(shown.status?.online == listed.contains(peer.name))
                }
                #expect(try await client.call(SystemService.info, Empty()).online == Int64(listed.count))
                let checks = try await client.call(SystemService.drift, Empty()).checks
                #expect(checks.first { $0.name == "peers-online" }?.message == "\(listed.count) of \(all.count)")
                return listed
            }
            for (age, names): (Int64, Set<String>) in [
                (0, ["laptop", "slow"]), (179, ["laptop", "slow"]), (194, ["laptop", "slow"]), (195, ["slow"]),
                // Set back a little: whoever is offline needs a handshake of the last three minutes.
                (185, ["slow"]), (359, ["slow"]), (374, ["slow"]), (375, []), (360, []),
            ] {
                daemon.clock.advance(by: begin + age - daemon.clock.now)
                #expect(try await online() == names, "\(age) s")
            }
        }
    }

    @Test("a database that cannot tell of long keepalives is a gap, and ends nobody's session")
    func noKeepalives() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let slow = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "slow", persistentKeepalive: 120)
            ).peer
            try Traffic(daemon, slow).set(1, 1, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            let presence = Presence(now: { daemon.clock.now }) { (_) async throws(StoreError) in
                throw StoreError(.corrupt, "test")
            }
            let broken = HistoryService(
                store: daemon.store, kernel: daemon.kernel,
                presence: presence, sightings: daemon.hub.sightings, machine: "test",
                now: { daemon.clock.now }, logger: Logger(label: "test"))
            daemon.clock.advance(by: 300)
            await broken.sample()
            #expect(try await Self.history(client, "slow").sampledAt == daemon.clock.now - 300)
            await daemon.hub.history.sample()
            let sessions = try await client.call(
                PeersService.sessions, SessionsRequest(network: "office", peer: "slow")
            ).sessions
            #expect(sessions.map(\.endedAt) == [nil])
        }
    }

    @Test("a peer that was online before a restart is so as long as one that was online all the time")
    func onlineOverARestart() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let network = try await daemon.store.networks()[0]
            let laptop = try Traffic(daemon, try await client.makePeer("laptop"))
            let key = try PublicKey(laptop.peer.publicKey)
            try laptop.set(1, 1, handshake: daemon.clock.now)
            await daemon.hub.history.sample()
            for (age, isOnline) in [(185, true), (195, false)] as [(Int64, Bool)] {
                daemon.clock.advance(by: DaemonFixture.now + age - daemon.clock.now)
                let presence = Presence(store: daemon.store, now: { daemon.clock.now })
                let next = HistoryService(
                    store: daemon.store, kernel: daemon.kernel, presence: presence, sightings: daemon.hub.sightings,
                    machine: "test", now: { daemon.clock.now }, logger: Logger(label: "test"))
                await next.prepare()
                let statuses = try await daemon.kernel.peerStatus(network.interface) ?? [:]
                #expect(await presence.status(of: network.id, statuses).online.contains(key) == isOnline, "\(age) s")
                await next.sample()
                let sessions = try await client.call(
                    PeersService.sessions, SessionsRequest(network: "office", peer: "laptop")
                ).sessions
                #expect(sessions.map { $0.endedAt == nil } == [isOnline], "\(age) s")
            }
        }
    }

    @Test("a network shows what its interface carried, where the kernel tells")
    func statistics() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            func shown() async throws -> LinkStatisticsMessage? {
                try await client.call(NetworksService.get, NetworkReference(network: "office")).network.statistics
            }
            #expect(try await shown() == nil)
            var statistics = LinkStatistics()
            (statistics.receivedBytes, statistics.sentPackets, statistics.sendErrors) = (10, 3, 2)
            daemon.kernel.setStatistics(statistics, of: try InterfaceName("wg0"))
            #expect(
                try await shown()
                    == LinkStatisticsMessage(
                        receivedBytes: 10, receivedPackets: 0, receiveErrors: 0, receiveDrops: 0, sentBytes: 0,
                        sentPackets: 3, sendErrors: 2, sendDrops: 0))
        }
    }

    @Test("a keepalive interval that somebody changed is seen, repaired, and told in the audit log")
    func keepalive() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let peer = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "laptop", hubKeepalive: 25)
            ).peer
            let key = try PublicKey(peer.publicKey)
            func shown() async throws -> UInt16? {
                try await client.call(PeersService.get, PeerReference(network: "office", peer: "laptop")).peer.status?
                    .persistentKeepalive
            }
            #expect(try await shown() == 25)
            daemon.kernel.tamper(try InterfaceName("wg0")) { device in
                device.peers[key]?.persistentKeepalive = 7
                device.peers[key]?.status.persistentKeepalive = 7
            }
            #expect(try await shown() == 7)
            let repairs = Task {
                for await repair in daemon.reconciler.ledger.news {
                    await daemon.hub.audit.note(repair)
                    return
                }
            }
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(try await shown() == 25)
            await repairs.value
            let entries = try await client.call(AuditService.list, ListAuditRequest(text: "keepalive")).entries
            #expect(entries.contains { $0.method.hasSuffix("Reconcile") && $0.result == "OK" })
        }
    }
}
