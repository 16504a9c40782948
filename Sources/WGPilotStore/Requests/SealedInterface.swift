import FoundationEssentials
public import WGPilotCore

/// What the interface of a network should be, its device told by a seal alone.
public struct SealedInterface: Sendable {
    /// The network.
    let networkID: Int64
    /// All but the device.
    public let outline: InterfaceOutline
    /// What vouches for the imprint of the device.
    let seal: Data

    /// Whether it is the very same: between the two nothing was written to the rows that the device is made from.
    public func isSame(as other: SealedInterface) -> Bool {
        networkID == other.networkID && seal == other.seal
    }
}
