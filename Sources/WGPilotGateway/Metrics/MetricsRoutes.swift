import HTTPTypes
import Hummingbird
import Synchronization
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC

/// `GET /metrics`: the hub and the gateway as Prometheus collects them. ``MetricsAccess`` says for whom.
struct MetricsRoutes: Routes {
    /// On a connection of its own: a list of very many peers holds up nobody's request.
    let client: RPCClient
    let access: MetricsAccess
    let requests: RequestMetrics
    let events: EventHub
    let gate: CallerGate
    /// When the gateway started, in seconds since 1970-01-01 UTC.
    let startedAt: Double
    private let memory = Memory()

    init(
        client: RPCClient, access: MetricsAccess, requests: RequestMetrics, events: EventHub, gate: CallerGate
    ) {
        self.client = client
        self.access = access
        self.requests = requests
        self.events = events
        self.gate = gate
        startedAt = ProcessFacts.now
    }

    func add(to router: GatewayRouter) {
        router.on(
            .get, "/metrics",
            Operation(
                "metrics", area: "Metrics",
                "Figures of the hub and the gateway, for Prometheus: for viewers, and for scrapers of the addresses that "
                    + "the configuration allows.",
                access: .open
            ).with {
                $0.answer = .media(["text/plain", "application/openmetrics-text"])
            }
        ) { request, context in
            try await answer(request, context)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let credential = access.credential(
            shown: context.credential, address: context.clientAddress, isForwarded: Self.isForwarded(request, context))
        guard let credential else {
            throw HTTPFailure(
                .unauthorized, "no_token", "send an API token of role viewer, as Authorization: Bearer wgp_…",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        if let shown = context.credential { try gate.admit(shown, context) }
        guard let slot = memory.slots.take() else {
            throw HTTPFailure(
                .serviceUnavailable, "busy", "too many scrapes are under way; come back later",
                headers: [.retryAfter: "5"])
        }
        let clock = ContinuousClock()
        let start = clock.now
        let reading = try await read(credential, isOwn: context.credential == nil, context)
        let took = start.duration(to: clock.now)
        let report = MetricsReport(
            format: MetricsFormat(accept: request.headers[.accept]), hub: reading, isDaemonUp: reading != nil,
            hubSeconds: Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18,
            now: Int64(ProcessFacts.now), events: await events.figures, process: await .read(), startedAt: startedAt,
            requests: requests)
        return Response(
            status: .ok, headers: [.contentType: report.format.contentType, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                // Kept until the whole of it is written.
                defer { withExtendedLifetime(slot) {} }
                try await report.write(to: &writer)
                try await writer.finish(nil)
            })
    }

    /// The hub, where the daemon answers; nil where it does not, and the scraper was let in before, so that it is told at
    /// least that the daemon is away.
    private func read(_ credential: Credential, isOwn: Bool, _ context: GatewayContext) async throws -> HubReading? {
        let key = credential.authorization
        var metadata = context.metadata
        metadata["authorization"] = key
        metadata[DaemonEvents.background] = "true"
        do {
            let reading = try await HubReading.read(client, metadata, drift: memory.drift)
            memory.remember(key, reading.drift)
            if !isOwn { gate.confirm(credential) }
            return reading
        } catch {
            if error.refusal != nil {
                memory.forget(key)
                gate.forget(credential)
                throw error
            }
            guard isOwn || memory.knows(key) else { throw error }
            return nil
        }
    }

    /// Whether a proxy that is not trusted says that it passed the request on: of a trusted one the address would be
    /// another than that of the connection.
    private static func isForwarded(_ request: Request, _ context: GatewayContext) -> Bool {
        let says = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].contains { request.headers.text($0) != nil }
        return says && context.clientAddress == context.channel.remoteAddress?.plainAddress?.description ?? ""
    }

    /// What is remembered from one scrape to the next.
    private final class Memory: Sendable {
        private struct State {
            var known: [String: ContinuousClock.Instant] = [:]
            var drift: (reply: DriftReply, at: ContinuousClock.Instant)?
        }

        let slots = ScrapeSlots(4)
        private let state = Mutex(State())
        private let clock = ContinuousClock()
        /// For how long a token that was good gets the gateway's own figures while the daemon is away.
        private static let trust = Duration.seconds(600)
        /// The daemon looks the whole machine over for the report of drift, which is not worth it every few seconds.
        private static let driftLife = Duration.seconds(30)
        private static let mostKnown = 64

        /// The last report, where it is not too old.
        var drift: DriftReply? {
            state.withLock { state in
                state.drift.flatMap { $0.at.duration(to: clock.now) < Self.driftLife ? $0.reply : nil }
            }
        }

        func remember(_ key: String, _ reply: DriftReply) {
            let now = clock.now
            state.withLock { state in
                state.known = state.known.filter { $0.value.duration(to: now) < Self.trust }
                if state.known.count < Self.mostKnown || state.known[key] != nil { state.known[key] = now }
                if state.drift.map({ $0.at.duration(to: now) >= Self.driftLife }) ?? true {
                    state.drift = (reply, now)
                }
            }
        }

        func forget(_ key: String) {
            state.withLock { $0.known[key] = nil }
        }

        func knows(_ key: String) -> Bool {
            let now = clock.now
            return state.withLock { $0.known[key].map { $0.duration(to: now) < Self.trust } ?? false }
        }
    }
}
