import Synchronization
import WGPilotCore
import WGPilotStore

/// Knows who is online: the one place where ``OnlineRule`` is applied, for it needs to know who was a moment ago.
final class Presence: Sendable {
    private let store: StateStore
    private let now: @Sendable () -> Int64
    /// Who was online in each network when last looked at.
    private let online = Mutex<[Int64: Set<PublicKey>]>([:])

    init(store: StateStore, now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.now = now
    }

    /// Says how the peers of a network stand that the kernel told of.
    func status(of networkID: Int64, _ statuses: [PublicKey: PeerStatus]) async -> NetworkStatus {
        // Without them some would seem offline that are not; a list is worth more than no list.
        let longKeepalives = (try? await store.longKeepalives(in: networkID)) ?? [:]
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
