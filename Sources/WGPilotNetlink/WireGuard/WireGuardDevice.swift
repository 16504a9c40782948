import WGPilotCore

/// What WireGuard tells of a device: all of an ``ObservedInterface`` that is not the network stack's.
struct WireGuardDevice: Sendable {
    /// The private key; nil when none is set.
    var privateKey: PrivateKey?
    /// The UDP port; 0 when none was chosen yet.
    var listenPort: UInt16 = 0
    /// The peers.
    var peers: [PublicKey: ObservedPeer] = [:]
}
