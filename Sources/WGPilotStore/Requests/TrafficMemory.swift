public import WGPilotCore

/// What was remembered when the last sample was stored.
public struct TrafficMemory: Sendable {
    /// Of the peers, by number.
    public var meters: [Int64: PeerMeter] = [:]
    /// What told the interfaces from others, by the number of the network.
    public var devices: [Int64: String] = [:]
    /// When each network was last looked at, in seconds since 1970-01-01 UTC.
    public var lastWatched: [Int64: Int64] = [:]

    /// Nothing.
    public init() {}
}
