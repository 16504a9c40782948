/// A key that a rotation prepared and that takes the place of the present one later, so that there is time to bring the
/// new configuration to the client.
///
/// WireGuard gives a block of addresses to one peer only, so two keys of one client never work at the same time: until
/// the change the old one does, from then on the new one.
public struct PendingKey: Hashable, Sendable {
    /// The longest time between a rotation and its change: seven days, in seconds.
    public static let longestOverlap: Int64 = 7 * 86_400

    /// The public key to come.
    public var publicKey: PublicKey
    /// When it takes the place of the present one, in seconds since 1970-01-01 UTC.
    public var activatesAt: Int64

    /// Makes it from its parts.
    public init(publicKey: PublicKey, activatesAt: Int64) {
        self.publicKey = publicKey
        self.activatesAt = activatesAt
    }
}
