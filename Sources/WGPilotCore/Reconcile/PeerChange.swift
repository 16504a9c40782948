/// The least that must be told the kernel to bring one peer to what it should be.
public enum PeerChange: Sendable {
    /// The peer is not there yet.
    case add(DesiredPeer)
    /// The peer is there and differs.
    case update(PeerUpdate)
    /// The peer must go.
    case remove(PublicKey)

    /// The peer it is about.
    public var publicKey: PublicKey {
        switch self {
        case .add(let peer): peer.publicKey
        case .update(let update): update.publicKey
        case .remove(let key): key
        }
    }
}

/// What differs of a peer that is there. Whatever is nil or empty stays as it is, sessions included.
public struct PeerUpdate: Sendable {
    /// What becomes of a preshared key.
    public enum PresharedKeyChange: Sendable {
        /// It is taken away.
        case clear
        /// It is replaced.
        case set(PresharedKey)
    }

    /// The peer it is about.
    public var publicKey: PublicKey
    /// What becomes of the preshared key.
    public var presharedKey: PresharedKeyChange?
    /// The new interval of the hub's keepalives; 0 turns them off.
    public var persistentKeepalive: UInt16?
    /// The new endpoint.
    public var endpoint: SocketEndpoint?
    /// The allowed IPs to add.
    public var addedAllowedIPs: [IPPrefix] = []
    /// The allowed IPs to take away.
    public var removedAllowedIPs: [IPPrefix] = []

    /// Makes an update that changes nothing yet.
    public init(publicKey: PublicKey) {
        self.publicKey = publicKey
    }

    /// Whether it changes nothing.
    public var isEmpty: Bool {
        presharedKey == nil && persistentKeepalive == nil && endpoint == nil && addedAllowedIPs.isEmpty
            && removedAllowedIPs.isEmpty
    }
}

extension PeerChange {
    /// The changes that lead from what is there to what should be, for the peers named.
    ///
    /// The order matters: WireGuard moves an allowed IP silently to the peer that claims it last, so everything is freed
    /// (peers removed, blocks taken away) before anything is claimed. Within each group the order is by key, so that
    /// equal input gives equal output.
    ///
    /// - Complexity: O(n log n) for n keys.
    public static func between(
        observed: [PublicKey: ObservedPeer], desired: [PublicKey: DesiredPeer], keys: some Sequence<PublicKey>
    ) -> [PeerChange] {
        var removals: [PeerChange] = []
        var releases: [PeerChange] = []
        var updates: [PeerChange] = []
        var additions: [PeerChange] = []
        for key in keys {
            switch (observed[key], desired[key]) {
            case (nil, nil): break
            case (_?, nil): removals.append(.remove(key))
            case (nil, let peer?): additions.append(.add(peer))
            case (let old?, let new?):
                var update = PeerUpdate(from: old, to: new)
                if !update.removedAllowedIPs.isEmpty {
                    var release = PeerUpdate(publicKey: key)
                    swap(&release.removedAllowedIPs, &update.removedAllowedIPs)
                    releases.append(.update(release))
                }
                if !update.isEmpty { updates.append(.update(update)) }
            }
        }
        return [removals, releases, updates, additions].flatMap { group in
            group.sorted { $0.publicKey < $1.publicKey }
        }
    }
}

extension PeerUpdate {
    /// What differs between the two.
    init(from observed: ObservedPeer, to desired: DesiredPeer) {
        self.init(publicKey: desired.publicKey)
        if observed.presharedKey != desired.presharedKey {
            presharedKey = desired.presharedKey.map { .set($0) } ?? .clear
        }
        if observed.persistentKeepalive != desired.persistentKeepalive {
            persistentKeepalive = desired.persistentKeepalive
        }
        if observed.status.endpoint == nil { endpoint = desired.endpoint }
        if observed.allowedIPs != desired.allowedIPs {
            addedAllowedIPs = desired.allowedIPs.subtracting(observed.allowedIPs).sorted()
            removedAllowedIPs = observed.allowedIPs.subtracting(desired.allowedIPs).sorted()
        }
    }
}
