public import WGPilotCore

/// What the interface of a network should be, with what tells whether that is still so.
public struct VersionedInterface: Sendable {
    /// What it should be.
    public let interface: DesiredInterface
    /// The version of the rows that it is made from; nil where none is kept.
    let version: Int64?
    /// Whether the device's imprint is known already.
    public let isSealed: Bool
}
