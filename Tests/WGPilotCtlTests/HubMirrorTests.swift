import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite struct HubMirrorTests {
    private static func event(_ kind: String, _ sequence: UInt64, _ fill: (inout WatchEvent) -> Void = { _ in })
        -> WatchEvent
    {
        var event = WatchEvent(sequence: sequence, epoch: "e", kind: kind)
        fill(&event)
        return event
    }

    /// A mirror that knows the samples' network and both peers.
    private static func mirror() -> HubMirror {
        var mirror = HubMirror()
        _ = mirror.apply(event("snapshot", 7) { $0.networks = [Samples.network] })
        _ = mirror.apply(event("snapshot", 7) { $0.peers = [Samples.peer, Samples.barePeer] })
        _ = mirror.apply(event("live", 7))
        return mirror
    }

    /// Catches a first snapshot that is printed as news.
    @Test func theFirstSnapshotTellsNothing() {
        var mirror = HubMirror()
        #expect(mirror.apply(Self.event("snapshot", 7) { $0.peers = [Samples.peer] }).isEmpty)
        #expect(mirror.position == nil, "half a snapshot is nothing to go on from")
        #expect(mirror.apply(Self.event("live", 7)).isEmpty)
        #expect(mirror.position?.sequence == 7)
    }

    /// Catches halves of two snapshots that are taken for one, in which a peer that was removed meanwhile lives on.
    @Test(arguments: [true, false]) func aSnapshotThatWasCutOffLeavesNothing(isFirst: Bool) {
        var mirror = isFirst ? HubMirror() : Self.mirror()
        let before = mirror
        _ = mirror.apply(Self.event("snapshot", 20) { $0.peers = [Samples.peer] })
        mirror.interrupt()
        #expect(mirror.peers == before.peers && mirror.networks == before.networks)
        _ = mirror.apply(
            Self.event("snapshot", 30) { event in
                event.networks = [Samples.network]
                event.peers = [Samples.barePeer]
            })
        let changes = mirror.apply(Self.event("live", 30))
        #expect(changes.map(\.kind) == (isFirst ? [] : [.removed]))
        #expect(Array(mirror.peers.keys) == [Samples.barePeer.id])
    }

    /// Catches a change that is taken for another, or told twice.
    @Test func eachChangeIsNamed() {
        var mirror = Self.mirror()
        var renamed = Samples.peer
        renamed.name = "notebook"
        var new = Samples.barePeer
        new.id = 99
        let changes = mirror.apply(
            Self.event("change", 8) { event in
                event.peers = [renamed, new]
                event.removedPeers = [Samples.barePeer.id]
                event.lists = ["rules"]
            })
        #expect(changes.map(\.kind) == [.changed, .created, .removed, .changed])
        #expect(changes.map { $0.peer?.name } == ["notebook", "日本", "日本", nil])
        #expect(mirror.position?.sequence == 8)
        #expect(mirror.peers.keys.sorted() == [7, 99])
    }

    /// Catches a status that comes without its consequences.
    @Test func aStatusTellsWhatIsNewInIt() throws {
        var mirror = Self.mirror()
        var status = try #require(Samples.peer.status)
        status.received += 1
        func apply(_ id: Int64, _ status: PeerStatusMessage?) -> [HubChange.Kind] {
            mirror.apply(
                Self.event("change", 9) {
                    $0.statuses = [WatchStatusMessage(networkID: 2, peerID: id, status: status)]
                }
            ).map(\.kind)
        }
        #expect(apply(7, status) == [.transfer])
        #expect(apply(7, status) == [])
        status.endpoint = "198.51.100.1:9"
        status.latestHandshake = 4000
        #expect(apply(7, status) == [.endpoint, .handshake])
        status.online = false
        #expect(apply(7, status) == [.offline])
        #expect(apply(12, status) == [.endpoint, .handshake, .transfer])
        #expect(apply(12345, status) == [], "one that is not known (any more)")
    }

    /// Catches changes that are lost between two connections.
    @Test func aLaterSnapshotTellsTheDifference() {
        var mirror = Self.mirror()
        var renamed = Samples.peer
        renamed.name = "notebook"
        _ = mirror.apply(Self.event("snapshot", 1) { $0.networks = [Samples.network] })
        _ = mirror.apply(Self.event("snapshot", 1) { $0.peers = [renamed] })
        let changes = mirror.apply(Self.event("live", 1))
        #expect(changes.map(\.kind) == [.changed, .removed])
        #expect(changes.map { $0.peer?.id } == [7, 12])
    }
}
