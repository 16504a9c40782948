import Synchronization
import WGPilotCore
import WGPilotStore

/// Knows who is online: the one place where ``OnlineRule`` is applied, for it needs to know who was a moment ago.
final class Presence: Sendable {
    typealias LongKeepalives = @Sendable (_ networkID: Int64) async throws(StoreError) -> [PublicKey: UInt16]

    /// Tells who has a keepalive interval that ``OnlineRule`` asks for.
    private let longKeepalives: LongKeepalives
    private let now: @Sendable () -> Int64
    /// Who was online in each network when last looked at.
    private let online = Mutex<[Int64: Set<PublicKey>]>([:])

    convenience init(store: StateStore, now: @escaping @Sendable () -> Int64) {
        self.init(now: now) { (networkID) async throws(StoreError) in try await store.longKeepalives(in: networkID) }
    }

    init(now: @escaping @Sendable () -> Int64, longKeepalives: @escaping LongKeepalives) {
        self.longKeepalives = longKeepalives
        self.now = now
    }

    /// Says how the peers of a network stand that the kernel told of, for people to look at.
    func status(of networkID: Int64, _ statuses: [PublicKey: PeerStatus]) async -> NetworkStatus {
        // Without them some would seem offline that are not; a list is worth more than no list.
        status(of: networkID, statuses, (try? await longKeepalives(networkID)) ?? [:])
    }

    /// The same for what is kept: where it cannot be told for sure, it is not told.
    func certainStatus(
        of networkID: Int64, _ statuses: [PublicKey: PeerStatus]
    ) async throws(StoreError) -> NetworkStatus {
        status(of: networkID, statuses, try await longKeepalives(networkID))
    }

    /// Remembers who was online before this process began, of networks that were not looked at yet.
    func remember(_ keys: Set<PublicKey>, of networkID: Int64) {
        online.withLock { if $0[networkID] == nil { $0[networkID] = keys } }
    }

    private func status(
        of networkID: Int64, _ statuses: [PublicKey: PeerStatus], _ longKeepalives: [PublicKey: UInt16]
    ) -> NetworkStatus {
        var status = NetworkStatus(peers: statuses, longKeepalives: longKeepalives)
        let now = now()
        online.withLock { online in
            let former = online[networkID] ?? []
            status.online.reserveCapacity(former.count)
            for (key, peer) in statuses {
                guard peer.latestHandshake != nil else { continue }
                let isOnline = OnlineRule.isOnline(
                    latestHandshake: peer.latestHandshake, keepalive: longKeepalives[key] ?? 0,
                    wasOnline: former.contains(key), now: now)
                if isOnline { status.online.insert(key) }
            }
            online[networkID] = status.online
        }
        return status
    }
}
