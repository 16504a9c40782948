public import WGPilotCore

/// What was deleted with a network.
public struct DeletedNetwork: Hashable, Sendable {
    /// The network as it was.
    public let network: Network
    /// How many peers went with it.
    public let peerCount: Int
}
