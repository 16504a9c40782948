import HummingbirdCore
import NIOCore
import WGPilotProtocol

/// A scrape: what was read, written family by family, piece by piece.
struct MetricsReport: Sendable {
    let format: MetricsFormat
    /// Nil where the daemon did not answer, or the caller may see only what the gateway knows by itself.
    var hub: HubReading?
    var isDaemonUp: Bool
    /// How long the reading took, in seconds.
    var hubSeconds: Double
    /// Seconds since 1970-01-01 UTC.
    var now: Int64
    var events: EventHub.Figures
    var process: ProcessFacts
    /// When the gateway started, in seconds since 1970-01-01 UTC.
    var startedAt: Double
    let requests: RequestMetrics

    /// About how many bytes are written at a time.
    static let pieceBytes = 64 << 10
    /// How many peers are written between two looks at how much there is.
    private static let peersAtATime = 64

    /// Writes the whole scrape, piece by piece, as fast as the connection takes it.
    @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
        var text = MetricsText(format)
        for family in MetricFamily.all {
            guard hub != nil || !family.isOfHub else { continue }
            text.begin(family)
            if family.isOfPeers, let samples = hub?.samples {
                for start in stride(from: 0, to: samples.count, by: Self.peersAtATime) {
                    samples.write(
                        family, start..<min(start + Self.peersAtATime, samples.count), now: now, to: &text)
                    if text.buffer.readableBytes >= Self.pieceBytes { try await writer.write(text.take()) }
                }
            } else {
                write(family, to: &text)
            }
            if text.buffer.readableBytes >= Self.pieceBytes { try await writer.write(text.take()) }
        }
        text.end()
        try await writer.write(text.take())
    }

    private func write(_ family: MetricFamily, to text: inout MetricsText) {
        if let hub { write(family, hub, to: &text) }
        switch family.name {
        case MetricFamily.daemonUp.name: text.sample(isDaemonUp)
        case MetricFamily.gatewayBuild.name: text.sample(1, [("version", BuildInformation.version)])
        case MetricFamily.eventSubscribers.name: text.sample(events.subscribers)
        case MetricFamily.eventUpstreams.name: text.sample(events.upstreams)
        case MetricFamily.eventsReceived.name: text.sample(events.received)
        case MetricFamily.eventSnapshots.name:
            for (cause, count) in events.snapshots.sorted(by: { $0.key < $1.key }) {
                text.sample(count, [("cause", cause)])
            }
        case MetricFamily.processCPU.name: text.sample(process.cpuSeconds)
        case MetricFamily.processStart.name: text.sample(startedAt)
        case MetricFamily.processMemory.name: if let bytes = process.residentBytes { text.sample(bytes) }
        default: requests.write(family, to: &text)
        }
    }

    private func write(_ family: MetricFamily, _ hub: HubReading, to text: inout MetricsText) {
        switch family.name {
        case MetricFamily.daemonBuild.name:
            text.sample(
                1,
                [
                    ("version", hub.info.version), ("backend", hub.info.backend),
                    ("backend_version", hub.info.backendVersion),
                ])
        case MetricFamily.daemonStart.name: text.sample(hub.info.startedAt)
        case MetricFamily.networks.name: text.sample(hub.networks.count)
        case MetricFamily.pendingChanges.name: text.sample(hub.info.pending.count)
        case MetricFamily.foreignInterfaces.name: text.sample(hub.info.foreignInterfaces.count)
        case MetricFamily.hubReadDuration.name: text.sample(hubSeconds)
        case MetricFamily.machineChecks.name:
            for result in ["ok", "warning", "fault"] {
                text.sample(hub.drift.checks.count { $0.result == result }, [("result", result)])
            }
        case MetricFamily.peerExpiry.name:
            for expiry in hub.expiries {
                text.sample(
                    expiry.at,
                    [
                        ("interface", expiry.interface), ("public_key", expiry.publicKey),
                        ("friendly_name", expiry.name),
                    ])
            }
        default: for figures in hub.networks { write(family, figures, hub, to: &text) }
        }
    }

    private func write(
        _ family: MetricFamily, _ figures: HubReading.NetworkFigures, _ hub: HubReading, to text: inout MetricsText
    ) {
        let network = figures.network
        let labels: [(StaticString, String?)] = [("network", network.name), ("interface", network.interface)]
        switch family.name {
        case MetricFamily.networkInfo.name:
            text.sample(
                1,
                labels + [
                    ("mode", network.mode), ("subnet", network.subnet), ("subnet6", network.subnet6 ?? ""),
                ])
        case MetricFamily.networkEnabled.name: text.sample(network.enabled, labels)
        case MetricFamily.networkUp.name: if let isUp = network.isUp { text.sample(isUp, labels) }
        case MetricFamily.networkStatusKnown.name: text.sample(figures.isStatusKnown, labels)
        case MetricFamily.peers.name:
            for (state, count) in zip(HubReading.states, figures.peers) {
                text.sample(count, labels + [("state", state)])
            }
        case MetricFamily.driftFindings.name:
            text.sample(
                hub.drift.findings.count { $0.network == network.name && !$0.isIgnored }, [("network", network.name)])
        case MetricFamily.deviceInfo.name:
            text.sample(1, [("device", network.interface), ("public_key", network.publicKey)])
        default: break
        }
    }
}

extension MetricFamily {
    private static let namesOfPeers = Set(ofPeers.map(\.name))
    private static let namesOfGateway: Set = [
        daemonUp.name, gatewayBuild.name, requests.name, requestDuration.name, requestsInFlight.name, rpcErrors.name,
        eventSubscribers.name, eventUpstreams.name, eventsReceived.name, eventSnapshots.name, processCPU.name,
        processStart.name, processMemory.name,
    ]

    /// Whether it has a sample of each peer.
    fileprivate var isOfPeers: Bool { Self.namesOfPeers.contains(name) }
    /// Whether the daemon must be asked for it.
    fileprivate var isOfHub: Bool { !Self.namesOfGateway.contains(name) }
}
