import WGPilotCore

extension ObservedPeer {
    /// A peer as the kernel has it right after it took it over.
    init(applied peer: DesiredPeer) {
        self.init(
            publicKey: peer.publicKey, presharedKey: peer.presharedKey, allowedIPs: peer.allowedIPs,
            persistentKeepalive: peer.persistentKeepalive, status: PeerStatus(endpoint: peer.endpoint))
    }
}
