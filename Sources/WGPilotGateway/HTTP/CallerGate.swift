import Crypto
import HTTPTypes
import Hummingbird
import Synchronization
import WGPilotCore
import WGPilotProtocol

/// Keeps those who have shown nothing good from using up what everybody shares: calls to the daemon, and room for bodies.
///
/// A session or token is good for a minute from when the daemon said so. Before that it is asked, once however many requests
/// wait for the answer, and before anything of a body is read. Such questions, and the requests of those who show nothing and
/// yet need the daemon, are counted for each client, and beyond its allowance answered 429.
///
/// Nothing is decided here of what somebody may do: the daemon looks at the session or token of each call again.
final class CallerGate: Sendable {
    /// Asks the daemon for the role of whoever sent the request.
    typealias Question = @Sendable (GatewayContext) async throws(RPCError) -> String

    private struct Known {
        let role: String
        let at: ContinuousClock.Instant
    }

    private struct State {
        var known: [SHA256Digest: Known] = [:]
        var questions: [SHA256Digest: Task<Result<String, RPCError>, Never>] = [:]
        /// When what each client asked is paid off, and what all of them did: a generic cell rate algorithm.
        var paidOff: [IPPrefix: ContinuousClock.Instant] = [:]
        var allPaidOff: ContinuousClock.Instant
    }

    /// For how long a good answer counts.
    static let trust = Duration.seconds(60)
    /// How many answers, and how many clients, are remembered.
    static let most = 16_384
    /// So many seconds' worth may come at once.
    static let burstSeconds = 4
    /// So many times what one client may is what all of them may together.
    static let share = 20

    private let perSecond: Int
    private let ask: Question
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// - Parameters:
    ///   - perSecond: What one client may ask in a second; 0 for any number.
    ///   - now: The clock.
    init(
        perSecond: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, ask: @escaping Question
    ) {
        self.perSecond = perSecond
        self.now = now
        self.ask = ask
        state = Mutex(State(allPaidOff: now()))
    }

    /// Lets a request in that shows something, once the daemon has found it good.
    ///
    /// - Returns: The role, as the daemon said it at most a minute ago.
    /// - Throws: What the daemon refused it with, or 429.
    func role(of credential: Credential, _ context: GatewayContext) async throws -> String {
        let digest = Self.digest(credential)
        if let role = known(digest) { return role }
        return try await question(digest, context).value.get()
    }

    /// Lets a request in whose handler asks the daemon, whatever that says of what it shows.
    ///
    /// - Throws: 429 for a client that asks too often with what is not known to be good.
    func admit(_ credential: Credential?, _ context: GatewayContext) throws(HTTPFailure) {
        if let credential, known(Self.digest(credential)) != nil { return }
        let time = now()
        try state.withLock { state throws(HTTPFailure) in try charge(&state, context, time) }
    }

    /// The daemon has served somebody with it; what may be asked is not known.
    func confirm(_ credential: Credential) {
        let time = now()
        state.withLock { Self.keep(&$0, Self.digest(credential), Known(role: "", at: time)) }
    }

    /// The daemon has refused it.
    func forget(_ credential: Credential) {
        let digest = Self.digest(credential)
        state.withLock { $0.known[digest] = nil }
    }

    /// How much is remembered: of answers, and of clients.
    var counts: (known: Int, clients: Int) { state.withLock { ($0.known.count, $0.paidOff.count) } }

    private static func digest(_ credential: Credential) -> SHA256Digest {
        SHA256.hash(data: Array(credential.authorization.utf8))
    }

    private func known(_ digest: SHA256Digest) -> String? {
        let time = now()
        return state.withLock { state in
            state.known[digest].flatMap { $0.at.duration(to: time) < Self.trust ? $0.role : nil }
        }
    }

    /// The question that is under way, or another one.
    private func question(
        _ digest: SHA256Digest, _ context: GatewayContext
    ) throws(HTTPFailure) -> Task<Result<String, RPCError>, Never> {
        let time = now()
        return try state.withLock { state throws(HTTPFailure) in
            if let task = state.questions[digest] { return task }
            try charge(&state, context, time)
            let task = Task { [ask] in
                var result: Result<String, RPCError>
                do throws(RPCError) {
                    result = .success(try await ask(context))
                } catch {
                    result = .failure(error)
                }
                self.answered(digest, result, time)
                return result
            }
            state.questions[digest] = task
            return task
        }
    }

    private func answered(
        _ digest: SHA256Digest, _ result: Result<String, RPCError>, _ askedAt: ContinuousClock.Instant
    ) {
        state.withLock { state in
            state.questions[digest] = nil
            if case .success(let role) = result { Self.keep(&state, digest, Known(role: role, at: askedAt)) }
        }
    }

    private static func keep(_ state: inout State, _ digest: SHA256Digest, _ known: Known) {
        if state.known.count >= most, state.known[digest] == nil {
            state.known = state.known.filter { $0.value.at.duration(to: known.at) < trust }
            // Whoever is still there is asked for again.
            if state.known.count >= most { state.known = [:] }
        }
        state.known[digest] = known
    }

    private func charge(
        _ state: inout State, _ context: GatewayContext, _ time: ContinuousClock.Instant
    ) throws(HTTPFailure) {
        guard perSecond > 0 else { return }
        let interval = Duration.seconds(1) / perSecond
        let all = interval / Self.share
        let burst = Duration.seconds(Self.burstSeconds)
        let client = IPAddress(context.clientAddress)?.household
        let due = max(client.flatMap { state.paidOff[$0] } ?? time, time)
        let allDue = max(state.allPaidOff, time)
        let wait = max(time.duration(to: due) + interval, time.duration(to: allDue) + all) - burst
        if wait > .zero {
            throw HTTPFailure(
                .tooManyRequests, "too_many_requests",
                "Too many requests came from this address without a session or token that is known to be good.",
                headers: [.retryAfter: String(wait.components.seconds + 1)])
        }
        state.allPaidOff = allDue + all
        guard let client else { return }
        if state.paidOff.count >= Self.most, state.paidOff[client] == nil {
            state.paidOff = state.paidOff.filter { $0.value > time }
            // The allowance of all holds whoever comes from so many places.
            if state.paidOff.count >= Self.most { state.paidOff = [:] }
        }
        state.paidOff[client] = due + interval
    }
}
