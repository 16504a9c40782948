internal import NIOCore

/// How many calls a user may make: so many in a second, and those of two seconds at once.
///
/// The generic cell rate algorithm (ITU-T I.371, appendix I.1; a token bucket seen from the other side): what is kept is
/// when the calls made so far are paid off. A call moves that by one interval, and is refused when it would be further
/// ahead than the burst allows.
struct CallAllowance: Sendable, Hashable {
    /// Seconds' worth of calls that may come at once.
    static let burstSeconds: Int64 = 2

    /// When the calls that were made are paid off.
    private(set) var paidOff: NIODeadline

    /// Makes the allowance of somebody who has made no call.
    init(at now: NIODeadline) {
        paidOff = now
    }

    /// Counts a call; nil if it may be made, else how long until it may. `overdraft` widens the burst by as many calls.
    mutating func take(perSecond: Int, at now: NIODeadline, overdraft: Int = 0) -> TimeAmount? {
        let interval = TimeAmount.nanoseconds(max(1, 1_000_000_000 / Int64(max(1, perSecond))))
        let ahead = max(paidOff, now) - now
        let burst = CallAllowance.burstSeconds * Int64(perSecond) + Int64(overdraft)
        let room = TimeAmount.nanoseconds(interval.nanoseconds * (burst - 1))
        guard ahead <= room else { return ahead - room }
        paidOff = max(paidOff, now) + interval
        return nil
    }
}
