import WGPilotCore

/// One entry of a request to WireGuard: what both of its interfaces, netlink and UAPI, say of one peer at a time.
struct PeerEdit: Sendable {
    /// The peer it is about.
    var publicKey: PublicKey
    /// The peer goes (`WGPEER_F_REMOVE_ME`).
    var removes = false
    /// Nothing happens where there is no such peer (`WGPEER_F_UPDATE_ONLY`).
    var updatesOnly = true
    /// The peer's allowed IPs are forgotten before those below are added (`WGPEER_F_REPLACE_ALLOWEDIPS`).
    var replacesAllowedIPs = false
    /// What becomes of the preshared key.
    var presharedKey: PeerUpdate.PresharedKeyChange?
    /// The new interval of keepalives; 0 must be said, for leaving it out means "as it was".
    var persistentKeepalive: UInt16?
    /// The new endpoint.
    var endpoint: SocketEndpoint?
    /// The allowed IPs that are added.
    var allowedIPs: ArraySlice<IPPrefix> = []

    /// Makes an edit that only names the peer.
    init(publicKey: PublicKey) {
        self.publicKey = publicKey
    }
}

extension PeerEdit {
    /// Turns changes into edits. Those of one group must travel in one request.
    ///
    /// **Taking single allowed IPs away.** Kernels before 6.16, and every `wireguard-go`, know no way to say it but to
    /// replace the whole set of a peer, which empties it first: packets of a live peer are dropped meanwhile. So
    /// a throw-away peer claims the blocks, whereupon WireGuard moves each from its holder in one step, and then goes and
    /// takes them with it. It has no endpoint and starts no handshake. Claim and removal travel in the same request, so
    /// that only a request that fails half-way could leave the throw-away peer behind; it is then a peer that nobody
    /// wants, and the next full compare removes it.
    ///
    /// - Parameters:
    ///   - changes: The changes, taken in order.
    ///   - limit: The most allowed IPs in one edit.
    ///   - claimant: The public key of the throw-away peer: a random one.
    static func groups(_ changes: [PeerChange], limit: Int, claimant: PublicKey) -> [[PeerEdit]] {
        let limit = max(1, limit)
        var groups: [[PeerEdit]] = []
        var released: [IPPrefix] = []

        // Removing a peer makes the kernel wait for every processor to notice, so blocks taken from many peers one after
        // another share one claimant.
        func flush() {
            for part in released.parts(of: limit) {
                var claim = PeerEdit(publicKey: claimant)
                claim.updatesOnly = false
                claim.allowedIPs = part
                var removal = PeerEdit(publicKey: claimant)
                removal.removes = true
                groups.append([claim, removal])
            }
            released = []
        }

        func append(_ first: PeerEdit, allowedIPs: [IPPrefix]) {
            var first = first
            let parts = allowedIPs.parts(of: limit)
            first.allowedIPs = parts.first ?? []
            groups.append([first])
            for part in parts.dropFirst() {
                // "Replace" in a second part would forget the first; and "update only" keeps a peer that was removed in
                // between from coming back.
                var next = PeerEdit(publicKey: first.publicKey)
                next.allowedIPs = part
                groups.append([next])
            }
        }

        for change in changes {
            switch change {
            case .remove(let key):
                flush()
                var edit = PeerEdit(publicKey: key)
                edit.removes = true
                groups.append([edit])
            case .add(let peer):
                flush()
                // Everything is said, so that adding a peer that is there already leaves nothing of what it was.
                var edit = PeerEdit(publicKey: peer.publicKey)
                edit.updatesOnly = false
                edit.replacesAllowedIPs = true
                edit.presharedKey = peer.presharedKey.map { .set($0) } ?? .clear
                edit.persistentKeepalive = peer.persistentKeepalive
                edit.endpoint = peer.endpoint
                append(edit, allowedIPs: peer.allowedIPs.sorted())
            case .update(let update):
                released += update.removedAllowedIPs
                var rest = update
                rest.removedAllowedIPs = []
                if rest.isEmpty { continue }
                flush()
                var edit = PeerEdit(publicKey: update.publicKey)
                edit.presharedKey = update.presharedKey
                edit.persistentKeepalive = update.persistentKeepalive
                edit.endpoint = update.endpoint
                append(edit, allowedIPs: update.addedAllowedIPs)
            }
        }
        flush()
        return groups
    }
}

extension [IPPrefix] {
    /// The elements in parts of at most the given size.
    fileprivate func parts(of size: Int) -> [ArraySlice<IPPrefix>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
