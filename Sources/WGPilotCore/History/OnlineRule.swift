/// When a peer counts as online: the one rule for lists, details, events, sessions and whoever else wants to know.
///
/// WireGuard has no connection that is up or down. What tells that a peer is there is its latest handshake: as long as
/// anything flows, there is a new one every two minutes (`REKEY_AFTER_TIME`, 120 s), and no packet is accepted by one of
/// more than three (`REJECT_AFTER_TIME`, 180 s; both in section 6.1 of the WireGuard white paper). So a peer is online that made a
/// handshake within the last three minutes. One that is told to send keepalives more seldom than every minute is given
/// three intervals: with nothing else to send, it makes its next handshake only with the first keepalive after two
/// minutes.
///
/// A peer that is online stays so for ``grace`` longer, for a handshake that is due is tried again every 5 s
/// (`REKEY_TIMEOUT`), and a packet may be lost: it would flicker.
public enum OnlineRule {
    /// How long a handshake tells that a peer is online, in seconds.
    public static let window: Int64 = 180

    /// How much longer one that is online already counts as online, in seconds: three tries of a handshake.
    public static let grace: Int64 = 15

    /// The longest keepalive interval that does not widen the window, in seconds.
    public static let longestPlainKeepalive: UInt16 = 60

    /// How long a handshake tells that a peer with such a keepalive is online, in seconds.
    ///
    /// - Parameter keepalive: The shorter interval of those that the two ends are told, in seconds; 0 is none.
    public static func window(keepalive: UInt16) -> Int64 {
        max(window, 3 * Int64(keepalive))
    }

    /// The shorter of two keepalive intervals, of which 0 is none.
    public static func keepalive(_ one: UInt16, _ other: UInt16) -> UInt16 {
        one == 0 ? other : other == 0 ? one : min(one, other)
    }

    /// Whether a peer is online.
    ///
    /// - Parameters:
    ///   - latestHandshake: In seconds since 1970-01-01 UTC; nil for never.
    ///   - keepalive: See ``window(keepalive:)``.
    ///   - wasOnline: Whether it was when last looked at.
    ///   - now: In seconds since 1970-01-01 UTC.
    public static func isOnline(
        latestHandshake: Int64?, keepalive: UInt16 = 0, wasOnline: Bool = false, now: Int64
    ) -> Bool {
        guard let latestHandshake else { return false }
        // Both come from outside; a handshake in the future is one whose clock was set back since.
        let (age, overflow) = now.subtractingReportingOverflow(latestHandshake)
        return !overflow && age < window(keepalive: keepalive) + (wasOnline ? grace : 0)
    }
}
