import Synchronization
import WGPilotCore
import WGPilotStore

/// Logins that wait for the second factor, in memory: each for a short time, for a few attempts, and a few of each user.
final class LoginChallenges: Sendable {
    /// A login whose password was right.
    struct Challenge: Sendable {
        let user: WebUser
        let client: WebSession.Client
        let expiresAt: Duration
        var attemptsLeft = LoginChallenges.attempts
    }

    /// Seconds that the second factor may take.
    static let lifetime: Int64 = 300
    /// How often a code may be tried.
    static let attempts = 5
    /// How many of one user wait; one more ends the oldest.
    static let mostOfUser = 8

    private struct State {
        var challenges: [AuditHash: Challenge] = [:]
        /// Those of each user, oldest first.
        var ofUser: [Int64: [AuditHash]] = [:]

        mutating func end(_ digest: AuditHash) {
            guard let challenge = challenges.removeValue(forKey: digest) else { return }
            let left = (ofUser[challenge.user.id] ?? []).filter { $0 != digest }
            ofUser[challenge.user.id] = left.isEmpty ? nil : left
        }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Duration

    /// - Parameter now: A clock that is never set.
    init(now: @escaping @Sendable () -> Duration) {
        self.now = now
    }

    /// Begins to wait; answers what its bearer presents.
    func begin(_ user: WebUser, _ client: WebSession.Client) -> TokenSecret {
        let secret = TokenSecret.generate(.challenge)
        let digest = secret.digest
        let time = now()
        state.withLock { state in
            // There are no more of them than users that logged in, eight each.
            for (key, challenge) in state.challenges where challenge.expiresAt <= time { state.end(key) }
            var digests = state.ofUser[user.id] ?? []
            if digests.count >= Self.mostOfUser { state.end(digests.removeFirst()) }
            state.ofUser[user.id] = digests + [digest]
            state.challenges[digest] = Challenge(
                user: user, client: client, expiresAt: time + .seconds(Self.lifetime))
        }
        return secret
    }

    /// The login that waits for this; nil where none does any more.
    func find(_ secret: TokenSecret) -> Challenge? {
        let time = now()
        let challenge = state.withLock { $0.challenges[secret.digest] }
        guard let challenge, time < challenge.expiresAt else { return nil }
        return challenge
    }

    /// Takes one of the attempts; false where none is left.
    func spend(_ secret: TokenSecret) -> Bool {
        let digest = secret.digest
        return state.withLock { state in
            guard var challenge = state.challenges[digest] else { return false }
            challenge.attemptsLeft -= 1
            if challenge.attemptsLeft > 0 { state.challenges[digest] = challenge } else { state.end(digest) }
            return true
        }
    }

    /// The login is done, or given up.
    func end(_ secret: TokenSecret) {
        state.withLock { $0.end(secret.digest) }
    }
}
