import WGPilotCore

/// What is known of one interface in the kernel without asking it again: as it was observed, and as it was changed by us
/// since.
///
/// It follows the kernel in that a block belongs to the peer that claimed it last. Two peers that swap a block may be
/// served in either order; without this the first owner would seem to hold it still, and taking it away from there
/// would take it from the new one.
struct KnownInterface {
    /// The interface.
    private(set) var state: ObservedInterface
    /// Who has each block. Made with the first change: a hub that is in step may never need it. Not a lazy property,
    /// whose every change would copy the whole.
    private var holders: [IPPrefix: PublicKey]?

    /// Starts with what was observed.
    init(_ observed: ObservedInterface) {
        state = observed
    }

    private static func holders(in peers: [PublicKey: ObservedPeer]) -> [IPPrefix: PublicKey] {
        var holders: [IPPrefix: PublicKey] = [:]
        holders.reserveCapacity(peers.count)
        for (key, peer) in peers {
            for block in peer.allowedIPs { holders[block] = key }
        }
        return holders
    }

    /// Notes what a peer is now; nil for one that is gone.
    mutating func set(_ peer: ObservedPeer?, for key: PublicKey) {
        var holders = self.holders.take() ?? Self.holders(in: state.peers)
        for block in state.peers[key]?.allowedIPs ?? [] where holders[block] == key { holders[block] = nil }
        for block in peer?.allowedIPs ?? [] {
            if let other = holders.updateValue(key, forKey: block), other != key {
                state.peers[other]?.allowedIPs.remove(block)
            }
        }
        state.peers[key] = peer
        self.holders = holders
    }

    /// Notes that a peer counts as having no endpoint, so that it gets the one that was chosen anew.
    mutating func forgetEndpoint(of key: PublicKey) {
        state.peers[key]?.status.endpoint = nil
    }

    /// Notes which routes of ours there are now.
    mutating func setRoutes(_ routes: Set<IPPrefix>) {
        state.routes = routes
    }
}
