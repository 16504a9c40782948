import WGPilotCore

/// A connection as the kernel tells it, with what it takes to have it taken away.
struct ConntrackEntry: Sendable {
    /// The connection.
    var connection: TrackedConnection
    /// The family of its addresses.
    var family: AddressFamily
    /// The attributes inside `CTA_TUPLE_ORIG`, as they came: they name the connection whatever its protocol is.
    var tuple: [UInt8]
}
