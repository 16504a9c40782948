import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// How web users prove who they are: what bounds the attempts, and what checks them.
struct Authentication: Sendable {
    let cost: PasswordHash.Cost
    let hasher = PasswordHasher()
    let throttle: LoginThrottle
    let challenges: LoginChallenges

    /// - Parameters:
    ///   - cost: What hashes of passwords cost that are made from now on.
    ///   - monotonic: A clock that is never set.
    init(cost: PasswordHash.Cost = .current, monotonic: @escaping @Sendable () -> Duration = Self.monotonic) {
        self.cost = cost
        throttle = LoginThrottle(now: monotonic)
        challenges = LoginChallenges(now: monotonic)
    }

    private static let start = ContinuousClock.now
    /// Time since the first use; a machine's sleep counts. The start is asked for first: it is made by the first use.
    static let monotonic: @Sendable () -> Duration = { start.duration(to: .now) }

    /// Whether this is the password. One check is made in any case, so that the time tells nothing: not whether there is
    /// such a user, nor whether that one may log in.
    func check(
        _ presented: SecretText, against credential: Credential?, _ lane: PasswordHasher.Lane, _ origin: ClientOrigin
    ) async throws(RPCError) -> Bool {
        let isCandidate = credential?.user.isEnabled == true
        guard let hash = isCandidate ? credential?.hash : PasswordHash.impossible(cost: cost) else {
            throw RPCError(.internal, reason: "unexpected_error", message: "there is no hash to check against")
        }
        let password = Password(presented: presented.revealed) ?? .wrong
        return try await hasher.run(lane, origin) { () throws(StoreError) in try hash.matches(password) }
    }

    /// What is to be stored of a password.
    func hash(
        _ password: Password, _ lane: PasswordHasher.Lane, _ origin: ClientOrigin
    ) async throws(RPCError) -> PasswordHash {
        try await hasher.run(lane, origin) { [cost] () throws(StoreError) in
            try PasswordHash.make(password, cost: cost)
        }
    }
}
