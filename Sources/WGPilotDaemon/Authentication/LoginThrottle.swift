import Synchronization
import WGPilotCore
import WGPilotProtocol

/// Makes whoever guesses wait, ever longer: each place that attempts come from, each account from each such place, and the
/// second factor of an account.
///
/// Nobody else waits for it: attempts on an account from elsewhere have a count of their own. Only codes of 6 digits, which
/// somebody with the password could guess from many places, are counted for the account as a whole; a recovery code is
/// taken meanwhile.
///
/// An attempt counts from its beginning, so that many at once are no more than many after one another. What is kept is
/// bounded: of ``most`` counts the half that was touched last is kept in any case.
final class LoginThrottle: Sendable {
    /// What attempts are counted for.
    enum Key: Hashable, Sendable {
        /// A place that they come from.
        case origin(ClientOrigin)
        /// An account, by the digest of what was presented as its name, from one place.
        case account(AuditHash, ClientOrigin)
        /// Codes for an account.
        case codes(Int64)

        /// How many may be wrong before the next must wait.
        var free: Int {
            switch self {
            case .origin: 20
            case .account, .codes: 5
            }
        }
    }

    /// An attempt that was let in.
    struct Attempt: Sendable {
        fileprivate let keys: [Key]
    }

    private struct Count {
        var failures = 0
        var last = Duration.zero

        /// How long the next attempt must still wait.
        func wait(_ key: Key, _ time: Duration) -> Duration {
            failures < key.free ? .zero : max(.zero, last + LoginThrottle.delay(failures - key.free) - time)
        }
    }

    private struct State {
        /// Touched since the halves last changed places, and before.
        var young: [Key: Count] = [:]
        var old: [Key: Count] = [:]
        var known: Set<Key> = []

        mutating func keep(_ key: Key, _ count: Count) {
            old[key] = nil
            young[key] = count
            if young.count >= LoginThrottle.most / 2 {
                old = young
                young = [:]
            }
        }

        mutating func lower(_ key: Key) {
            guard var count = young[key] ?? old[key] else { return }
            count.failures -= 1
            if count.failures <= 0 { forget(key) } else { keep(key, count) }
        }

        mutating func forget(_ key: Key) {
            young[key] = nil
            old[key] = nil
        }
    }

    /// How many counts are kept.
    static let most = 32_768
    /// How many accounts are remembered with the place of a login.
    static let mostKnown = 4096
    /// The longest that anybody waits.
    static let longestDelay = Duration.seconds(900)
    /// After this time without an attempt nothing is remembered.
    static let memory = Duration.seconds(3600)

    private let state = Mutex(State())
    private let now: @Sendable () -> Duration

    /// - Parameter now: A clock that is never set.
    init(now: @escaping @Sendable () -> Duration) {
        self.now = now
    }

    /// 1 s, 2 s, 4 s and so on.
    static func delay(_ step: Int) -> Duration { min(.seconds(1 << min(max(step, 0), 20)), longestDelay) }

    /// Lets an attempt in, and counts it as a wrong one for the time being.
    ///
    /// - Throws: `resourceExhausted` with reason `throttled` and `retry-after-ms`, which says nothing of whether there is
    ///   such an account.
    func admit(_ keys: [Key]) throws(RPCError) -> Attempt {
        let time = now()
        let wait: Duration? = state.withLock { state in
            var counts: [(Key, Count)] = []
            var longest = Duration.zero
            for key in keys {
                var count = state.young[key] ?? state.old[key] ?? Count()
                if time - count.last >= Self.memory { count = Count() }
                longest = max(longest, count.wait(key, time))
                counts.append((key, count))
            }
            if longest > .zero { return longest }
            for (key, count) in counts {
                state.keep(key, Count(failures: min(count.failures + 1, 1 << 20), last: time))
            }
            return nil
        }
        guard let wait else { return Attempt(keys: keys) }
        let milliseconds = wait.components.seconds * 1000 + wait.components.attoseconds / 1_000_000_000_000_000 + 1
        throw RPCError(
            .resourceExhausted, reason: "throttled",
            message: "too many wrong attempts: the next one is looked at in \(wait.components.seconds + 1) s",
            metadata: ["retry-after-ms": "\(milliseconds)"])
    }

    /// The attempt was right: its account starts anew, and the place it came from is known.
    func succeed(_ attempt: Attempt) {
        state.withLock { state in
            for key in attempt.keys {
                switch key {
                case .origin: state.lower(key)
                case .codes: state.forget(key)
                case .account:
                    state.forget(key)
                    if state.known.count >= Self.mostKnown { state.known = [] }
                    state.known.insert(key)
                }
            }
        }
    }

    /// The attempt was not looked at after all.
    func withdraw(_ attempt: Attempt) {
        state.withLock { state in
            for key in attempt.keys { state.lower(key) }
        }
    }

    /// Whether somebody logged in to an account from this place.
    func isKnown(_ key: Key) -> Bool { state.withLock { $0.known.contains(key) } }

    /// How much is remembered.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }
}
