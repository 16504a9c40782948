internal import WGPilotProtocol

/// When a call is made again that failed for a reason which may pass, and after which pause.
///
/// A call is made again where that cannot do it twice: nothing of it was sent, or the server said that it was not begun,
/// or its method is idempotent, or it bears a key by which the server knows it again. Never when its own time is up by
/// then.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call is made at most, the first time included; at least 1.
    public var attempts: Int
    /// The pause before the second time.
    public var initialBackoff: Duration
    /// The longest pause. Each one is twice the one before until it is this long.
    public var maximumBackoff: Duration
    /// The part of a pause, from 0 to 1, that is left to chance, so that clients which lost the same server do not come
    /// back in step: with 0.5 a pause of 2 s is one of 1 to 2 s.
    public var jitter: Double

    /// Makes a policy. With the defaults a server has about a second to come back before a call fails for its absence.
    public init(
        attempts: Int = 5,
        initialBackoff: Duration = .milliseconds(100),
        maximumBackoff: Duration = .seconds(5),
        jitter: Double = 0.5
    ) {
        self.attempts = attempts
        self.initialBackoff = initialBackoff
        self.maximumBackoff = maximumBackoff
        self.jitter = jitter
    }

    /// Each call is made once, and a connection that is lost stays lost.
    public static let never = RetryPolicy(attempts: 1)

    /// The pause after an attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which one failed: 1 for the first.
    ///   - random: From 0 to 1, what chance says.
    public func backoff(after attempt: Int, random: Double = .random(in: 0...1)) -> Duration {
        var full = min(initialBackoff, maximumBackoff)
        var doublings = 1
        while attempt > doublings, full > .zero, full < maximumBackoff {
            full = full < maximumBackoff / 2 ? full * 2 : maximumBackoff
            doublings += 1
        }
        return full - full * (min(max(jitter, 0), 1) * random)
    }

    /// Whether a call that failed so was certainly not done, or not begun.
    static func wasNotDone(_ error: RPCError) -> Bool {
        switch (error.code, error.reason) {
        case (.unavailable, "not_connected"), (.unavailable, "shutting_down"),
            (.resourceExhausted, "too_many_calls"), (.resourceExhausted, "too_many_requests"):
            true
        default:
            false
        }
    }

    /// Whether a failure to connect may pass by itself. Where nobody has answered yet, a server that is not there is
    /// rather told at once than waited for.
    static func mayPass(connecting error: RPCError, wasConnected: Bool) -> Bool {
        switch (error.code, error.reason) {
        case (.unavailable, "connection_closed"), (.unavailable, "not_connected"): false
        case (.resourceExhausted, "too_many_connections"), (.unavailable, "shutting_down"): true
        case (.unavailable, _): wasConnected
        default: false
        }
    }

    /// The pause that the server asked for. Longer than a minute is longer than anybody waits for a call.
    static func requestedPause(_ error: RPCError) -> Duration {
        guard let text = error.metadata["retry-after-ms"], let milliseconds = UInt32(text) else { return .zero }
        return .milliseconds(min(milliseconds, 60_000))
    }
}
