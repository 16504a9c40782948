public import WGPilotCore

/// A network whose hub got a new key.
public struct RegeneratedNetwork: Sendable {
    /// The network as it is now.
    public let network: Network
    /// How many peers got new keys.
    public let rotatedPeers: Int
    /// How many peers kept their key pair, for the hub does not hold it.
    public let keptPeers: Int
}
