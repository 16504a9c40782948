import WGPilotCore

/// How the peers of a network stand: what the kernel tells of them, and who of them is online.
struct NetworkStatus: Sendable {
    /// What the kernel tells, by key; those that it does not have are not there.
    var peers: [PublicKey: PeerStatus] = [:]
    /// Who is online.
    var online: Set<PublicKey> = []
    /// Who has a keepalive interval that widens the time for which a handshake tells that; see ``OnlineRule``.
    var longKeepalives: [PublicKey: UInt16] = [:]
}
