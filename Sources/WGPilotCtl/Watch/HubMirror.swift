import WGPilotProtocol

/// The hub as a watcher knows it: begins with a snapshot, follows the changes, and says what each of them meant.
struct HubMirror {
    private(set) var networks: [Int64: NetworkMessage] = [:]
    private(set) var peers: [Int64: PeerMessage] = [:]
    /// Where to go on after a lost connection.
    private(set) var position: (epoch: String, sequence: UInt64)?
    private var isInSnapshot = false

    /// Takes an event in, and returns what it told that was not known. A snapshot is told as the difference from what
    /// was known before it; the first one tells nothing.
    mutating func apply(_ event: WatchEvent) -> [HubChange] {
        if event.kind == "snapshot" && !isInSnapshot {
            isInSnapshot = true
            former = position == nil ? nil : (networks, peers)
            networks = [:]
            peers = [:]
        }
        if isInSnapshot {
            for network in event.networks { networks[network.id] = network }
            for peer in event.peers { peers[peer.id] = peer }
            guard event.kind == "live" else { return [] }
            isInSnapshot = false
            position = (event.epoch, event.sequence)
            defer { former = nil }
            return former.map { differences(from: $0.networks, $0.peers) } ?? []
        }
        position = (event.epoch, event.sequence)
        var changes: [HubChange] = []
        for network in event.networks {
            changes += change(networks.updateValue(network, forKey: network.id), network)
        }
        for peer in event.peers { changes += change(peers.updateValue(peer, forKey: peer.id), peer) }
        for id in event.removedPeers {
            if let peer = peers.removeValue(forKey: id) { changes.append(peerChange(.removed, peer)) }
        }
        for id in event.removedNetworks {
            if let network = networks.removeValue(forKey: id) {
                changes.append(HubChange(kind: .removed, network: network.name))
            }
        }
        for news in event.statuses {
            guard var peer = peers[news.peerID] else { continue }
            let before = peer.status
            peer.status = news.status
            peers[peer.id] = peer
            changes += statusChanges(peer, before)
        }
        changes += event.lists.map { HubChange(kind: .changed, list: $0) }
        return changes
    }

    /// Forgets the half of a snapshot that was cut off: the next one is read by itself.
    mutating func interrupt() {
        guard isInSnapshot else { return }
        isInSnapshot = false
        (networks, peers) = former ?? ([:], [:])
        former = nil
    }

    /// What was known before the snapshot that is being read.
    private var former: (networks: [Int64: NetworkMessage], peers: [Int64: PeerMessage])?

    private func differences(
        from oldNetworks: [Int64: NetworkMessage], _ oldPeers: [Int64: PeerMessage]
    ) -> [HubChange] {
        var changes: [HubChange] = []
        for network in networks.values.sorted(by: { $0.id < $1.id }) {
            changes += change(oldNetworks[network.id], network)
        }
        for peer in peers.values.sorted(by: { $0.id < $1.id }) { changes += change(oldPeers[peer.id], peer) }
        for peer in oldPeers.values.sorted(by: { $0.id < $1.id }) where peers[peer.id] == nil {
            changes.append(peerChange(.removed, peer))
        }
        for network in oldNetworks.values.sorted(by: { $0.id < $1.id }) where networks[network.id] == nil {
            changes.append(HubChange(kind: .removed, network: network.name))
        }
        return changes
    }

    private func change(_ before: NetworkMessage?, _ network: NetworkMessage) -> [HubChange] {
        guard let before else { return [HubChange(kind: .created, network: network.name)] }
        var changes: [HubChange] = []
        if before.isUp != network.isUp, let isUp = network.isUp {
            changes.append(HubChange(kind: isUp ? .up : .down, network: network.name))
        }
        // That a network has one peer more is told by the peer.
        var rest = before
        (rest.isUp, rest.peers, rest.linkMTU) = (network.isUp, network.peers, network.linkMTU)
        rest.statistics = network.statistics
        if rest != network { changes.append(HubChange(kind: .changed, network: network.name)) }
        return changes
    }

    private func change(_ before: PeerMessage?, _ peer: PeerMessage) -> [HubChange] {
        guard let before else { return [peerChange(.created, peer)] }
        var changes: [HubChange] = []
        var rest = before
        rest.status = peer.status
        if rest != peer { changes.append(peerChange(.changed, peer)) }
        return changes + statusChanges(peer, before.status)
    }

    private func statusChanges(_ peer: PeerMessage, _ before: PeerStatusMessage?) -> [HubChange] {
        let status = peer.status
        var changes: [HubChange] = []
        if before?.online ?? false != status?.online ?? false {
            changes.append(peerChange(status?.online == true ? .online : .offline, peer))
        }
        if let endpoint = status?.endpoint, endpoint != before?.endpoint {
            changes.append(peerChange(.endpoint, peer, before?.endpoint.map { "\(endpoint), was \($0)" } ?? endpoint))
        }
        if let keepalive = status?.persistentKeepalive, let former = before?.persistentKeepalive, keepalive != former {
            changes.append(
                peerChange(
                    .keepalive, peer, "\(PeerView.interval(keepalive)), was \(PeerView.interval(former))"))
        }
        if let handshake = status?.latestHandshake, handshake != before?.latestHandshake {
            changes.append(peerChange(.handshake, peer))
        }
        if let status, status.received != before?.received || status.sent != before?.sent {
            changes.append(
                peerChange(
                    .transfer, peer,
                    "received \(HumanText.bytes(status.received)), sent \(HumanText.bytes(status.sent))"))
        }
        return changes
    }

    private func peerChange(_ kind: HubChange.Kind, _ peer: PeerMessage, _ detail: String? = nil) -> HubChange {
        HubChange(
            kind: kind, network: networks[peer.networkID]?.name ?? "\(peer.networkID)", peer: peer, detail: detail)
    }
}
