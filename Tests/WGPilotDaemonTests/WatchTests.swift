import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite struct WatchTests {
    /// Reads a stream bit by bit.
    private struct Reader {
        var events: RPCResponseStream<WatchEvent>.AsyncIterator

        init(_ client: RPCClient, _ request: WatchRequest = WatchRequest()) {
            events = client.stream(WatchService.changes, request, timeout: .seconds(60)).makeAsyncIterator()
        }

        mutating func next() async throws -> WatchEvent {
            try #require(try await events.next(), "the stream ended")
        }

        /// Reads to the end of the snapshot, or to where changes go on.
        mutating func beginning() async throws -> [WatchEvent] {
            var all: [WatchEvent] = []
            repeat { all.append(try await next()) } while all.last?.kind != "live"
            return all
        }

        /// Reads changes up to one that fits.
        mutating func changes(until isLast: (WatchEvent) -> Bool) async throws -> [WatchEvent] {
            var all: [WatchEvent] = []
            repeat { all.append(try await next()) } while !isLast(all[all.count - 1])
            return all
        }
    }

    private static func live(_ fixture: DaemonFixture, _ key: PublicKey, _ received: UInt64) throws {
        fixture.kernel.setStatus(
            PeerStatus(latestHandshake: DaemonFixture.now, received: received), of: key, on: try InterfaceName("wg0"))
    }

    /// Catches a snapshot that lacks something, or that is not told to be whole.
    @Test func aSnapshotHasEverythingAsItStands() async throws {
        try await DaemonFixture.with { fixture, client in
            let network = try await client.makeNetwork()
            let peer = try await client.makePeer("a")
            try Self.live(fixture, try PublicKey(peer.publicKey), 77)
            var reader = Reader(client)
            let events = try await reader.beginning()
            #expect(events.map(\.kind) == ["snapshot", "snapshot", "live"])
            #expect(events.flatMap(\.networks).map(\.id) == [network.id])
            #expect(events.flatMap(\.networks).first?.isUp == true)
            #expect(events.flatMap(\.peers).map(\.name) == ["a"])
            #expect(events.flatMap(\.peers).first?.status?.received == 77)
            #expect(events.flatMap(\.peers).first?.status?.online == true)
        }
    }

    /// Catches changes that are missed, out of order, or without a number to go on from.
    @Test func changesAreToldInOrder() async throws {
        try await DaemonFixture.with { fixture, client in
            try await client.makeNetwork()
            var reader = Reader(client)
            let start = try await reader.beginning()
            let peer = try await client.makePeer("a")
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "a", name: "b"))
            try Self.live(fixture, try PublicKey(peer.publicKey), 5)
            let until = try await reader.changes { !$0.statuses.isEmpty && $0.statuses[0].status?.received == 5 }
            #expect(until.last?.statuses.first?.peerID == peer.id)
            #expect(until.last?.statuses.first?.status?.online == true)
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "b"))
            let all = until + (try await reader.changes { !$0.removedPeers.isEmpty })
            #expect(all.flatMap(\.peers).map(\.name) == ["a", "b"])
            #expect(all.flatMap(\.removedPeers) == [peer.id])
            #expect(all.flatMap(\.networks).map(\.peers) == [1], "a peer more is told of its network")
            let first = try #require(start.last).sequence
            #expect(all.map(\.sequence) == all.indices.map { first + 1 + UInt64($0) })
        }
    }

    /// Catches a gap, a repetition or a needless snapshot after a lost connection.
    @Test func whoComesBackGetsWhatWasMissed() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            var reader = Reader(client)
            let last = try #require(try await reader.beginning().last)
            try await client.makePeer("a")
            let seen = try #require(try await reader.changes { !$0.peers.isEmpty }.last)
            try await client.makePeer("b")
            var again = Reader(client, WatchRequest(epoch: seen.epoch, after: seen.sequence))
            #expect(try await again.next() == WatchEvent(sequence: seen.sequence, epoch: last.epoch, kind: "live"))
            let missed = try await again.changes { !$0.peers.isEmpty }
            #expect(missed.flatMap(\.peers).map(\.name) == ["b"])
            for request in [
                WatchRequest(epoch: "another", after: seen.sequence), WatchRequest(epoch: seen.epoch),
                WatchRequest(epoch: seen.epoch, after: .max),
            ] {
                var reader = Reader(client, request)
                #expect(try await reader.next().kind == "snapshot")
            }
        }
    }

    /// Catches a reader that is too slow and is left with a gap, and a daemon that keeps everything for it.
    @Test func whoIsTooSlowGetsASnapshot() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            var reader = Reader(client)
            let seen = try #require(try await reader.beginning().last)
            // The fixture keeps 50 changes.
            for number in 1...60 {
                _ = try await client.call(
                    NetworksService.update, UpdateNetworkRequest(network: "office", mtu: 1300 + Int64(number)))
            }
            var again = Reader(client, WatchRequest(epoch: seen.epoch, after: seen.sequence))
            let events = try await again.beginning()
            #expect(events.first?.kind == "snapshot")
            #expect(events.flatMap(\.networks).first?.mtu == 1360)
        }
    }

    /// Catches a peer that goes offline unnoticed, for nothing but the time changes then; and one that does so too early.
    @Test func whoFallsSilentIsToldToBeOffline() async throws {
        try await DaemonFixture.with { fixture, client in
            try await client.makeNetwork()
            let silent = try await client.makePeer("silent")
            let busy = try await client.makePeer("busy")
            try Self.live(fixture, try PublicKey(silent.publicKey), 1)
            var reader = Reader(client)
            _ = try await reader.beginning()
            // 180 s and the 15 s of grace of section "Online" in docs/history.md.
            fixture.clock.advance(by: 194)
            try Self.live(fixture, try PublicKey(busy.publicKey), 2)
            let before = try await reader.changes { $0.statuses.contains { $0.status?.received == 2 } }
            #expect(!before.flatMap(\.statuses).contains { $0.peerID == silent.id })
            fixture.clock.advance(by: 1)
            let after = try await reader.changes { $0.statuses.contains { $0.peerID == silent.id } }
            let status = after.flatMap(\.statuses).first { $0.peerID == silent.id }?.status
            #expect(status?.online == false && status?.received == 1)
        }
    }

    /// Catches news of one network on the screen of another, and a name that is not checked.
    @Test func oneNetworkAlone() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            try await client.makeNetwork("lab", subnet: "10.9.0.0/24", port: 51821)
            var reader = Reader(client, WatchRequest(network: "lab"))
            #expect(try await reader.beginning().flatMap(\.networks).map(\.name) == ["lab"])
            try await client.makePeer("a")
            try await client.makePeer("b", in: "lab")
            let events = try await reader.changes { !$0.peers.isEmpty }
            #expect(events.flatMap(\.peers).map(\.name) == ["b"])
            var wrong = Reader(client, WatchRequest(network: "attic"))
            let error = await #expect(throws: RPCError.self) { try await wrong.next() }
            #expect(error?.code == .notFound)
        }
    }
}
