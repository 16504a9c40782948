extension ConnectionFilter {
    /// Adds the connections of what peers lose by steps: once the kernel took these, nothing may pass any more as an
    /// answer in one of them.
    ///
    /// Of a block that a peer loses only what led to it counts: what is reached through the interface, and no other peer has
    /// a narrower block for. Somebody may have given a peer all of the internet by hand, and what goes there is not the
    /// peer's.
    ///
    /// - Parameter interface: The interface as it is before the steps.
    public mutating func add(lostBy steps: [PlanStep], _ interface: ObservedInterface) {
        if interface.peers.isEmpty { return }
        var lost: Set<IPPrefix> = []
        // Only of the peers that change: one among ten thousand costs no look at the others.
        var after: [PublicKey: Set<IPPrefix>] = [:]
        for step in steps {
            switch step {
            case .deleteInterface:
                for (key, peer) in interface.peers {
                    after[key] = []
                    lost.formUnion(peer.allowedIPs)
                }
            case .configure(_, let change):
                for change in change.peers {
                    let key = change.publicKey
                    after[key] = change.blocks(from: after[key] ?? interface.peers[key]?.allowedIPs ?? [])
                }
                for key in Set(change.peers.map(\.publicKey)) {
                    let kept = after[key] ?? []
                    let gone = (interface.peers[key]?.allowedIPs ?? []).subtracting(kept)
                    lost.formUnion(gone.filter { block in !kept.contains { $0.contains(block) } })
                }
            default: break
            }
        }
        if lost.isEmpty { return }
        let reached = interface.addresses.map(\.prefix) + interface.routes + interface.foreignRoutes
        for block in lost {
            if reached.contains(where: { $0.contains(block) }) {
                include(block)
            } else {
                for part in reached where block.contains(part) { include(part) }
            }
        }
        let wide = lost.filter { $0.length < $0.address.bitWidth }
        if wide.isEmpty { return }
        let untouched = interface.peers.lazy.filter { after[$0.key] == nil }.flatMap(\.value.allowedIPs)
        for kept in after.values.flatMap(\.self) + Array(untouched)
        where wide.contains(where: { $0 != kept && $0.contains(kept) }) {
            exclude(kept)
        }
    }
}

extension PeerChange {
    /// What the peer has afterwards, of what it has before.
    fileprivate func blocks(from before: Set<IPPrefix>) -> Set<IPPrefix> {
        switch self {
        case .add(let peer): peer.allowedIPs
        case .update(let update): before.subtracting(update.removedAllowedIPs).union(update.addedAllowedIPs)
        case .remove: []
        }
    }
}
