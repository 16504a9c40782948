/// A metric: its name, what kind it is, and what it means.
struct MetricFamily: Sendable {
    /// What kind of metric it is.
    enum Kind: String, Sendable {
        /// Only grows, but for a start anew. Its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// How many observations fell below each of some bounds.
        case histogram
        /// Facts in labels; the value is 1, and the name ends in `_info`. Prometheus' text format knows it as a gauge.
        case info
    }

    /// The name of its samples as Prometheus stores them; of a histogram without `_bucket`, `_sum` and `_count`.
    let name: String
    let kind: Kind
    /// One sentence, without quotation marks, backslashes and line breaks, so that it needs no escapes.
    let help: String
    /// The unit, which the name ends in before `_total`; nil for a mere number.
    let unit: String?
    /// The names of its labels, in the order in which they are written.
    let labels: [String]

    private init(_ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        self.labels = labels
    }

    /// The name that OpenMetrics gives the family: without what its kind adds to the samples.
    var openMetricsName: String {
        switch kind {
        case .counter: String(name.dropLast("_total".count))
        case .info: String(name.dropLast("_info".count))
        case .gauge, .histogram: name
        }
    }

    // MARK: As prometheus_wireguard_exporter (MindFlavor) names them

    private static let perPeer = ["interface", "public_key", "allowed_ips", "friendly_name", "remote_ip"]
    static let sentBytes = MetricFamily(
        "wireguard_sent_bytes_total", .counter, unit: "bytes", labels: perPeer, "Bytes sent to the peer.")
    static let receivedBytes = MetricFamily(
        "wireguard_received_bytes_total", .counter, unit: "bytes", labels: perPeer, "Bytes received from the peer.")
    static let latestHandshake = MetricFamily(
        "wireguard_latest_handshake_seconds", .gauge, unit: "seconds", labels: perPeer,
        "Unix time of the latest handshake with the peer, 0 for never.")
    static let latestHandshakeDelay = MetricFamily(
        "wireguard_latest_handshake_delay_seconds", .gauge, unit: "seconds", labels: perPeer,
        "Seconds since the latest handshake with the peer; absent for never.")

    // MARK: As wireguard_exporter (mdlayher) names them

    private static let deviceAndKey = ["device", "public_key"]
    static let deviceInfo = MetricFamily(
        "wireguard_device_info", .info, labels: deviceAndKey, "A WireGuard interface and its own public key.")
    static let peerInfo = MetricFamily(
        "wireguard_peer_info", .info, labels: deviceAndKey + ["endpoint", "name"],
        "A peer, where it was last seen, and its name.")
    static let peerAllowedIPs = MetricFamily(
        "wireguard_peer_allowed_ips_info", .info, labels: deviceAndKey + ["allowed_ips", "family"],
        "Each block of addresses that is routed to a peer.")
    static let peerReceiveBytes = MetricFamily(
        "wireguard_peer_receive_bytes_total", .counter, unit: "bytes", labels: deviceAndKey,
        "Bytes received from the peer.")
    static let peerTransmitBytes = MetricFamily(
        "wireguard_peer_transmit_bytes_total", .counter, unit: "bytes", labels: deviceAndKey,
        "Bytes sent to the peer.")
    static let peerLastHandshake = MetricFamily(
        "wireguard_peer_last_handshake_seconds", .gauge, unit: "seconds", labels: deviceAndKey,
        "Unix time of the latest handshake with the peer, 0 for never.")

    /// The families that have a sample of each peer which the kernel has.
    static let ofPeers = [
        sentBytes, receivedBytes, latestHandshake, latestHandshakeDelay, peerInfo, peerAllowedIPs, peerReceiveBytes,
        peerTransmitBytes, peerLastHandshake,
    ]

    // MARK: Ours, about the hub

    private static let perNetwork = ["network", "interface"]
    static let peerExpiry = MetricFamily(
        "wgpilot_peer_expiry_timestamp_seconds", .gauge, unit: "seconds",
        labels: ["interface", "public_key", "friendly_name"],
        "Unix time at which an enabled peer is switched off by itself; absent for never.")
    static let daemonUp = MetricFamily(
        "wgpilot_daemon_up", .gauge, "Whether the gateway reaches the daemon: 1, or 0.")
    static let daemonBuild = MetricFamily(
        "wgpilot_daemon_build_info", .info, labels: ["version", "backend", "backend_version"],
        "The version of the daemon, and who carries the packets.")
    static let daemonStart = MetricFamily(
        "wgpilot_daemon_start_time_seconds", .gauge, unit: "seconds", "Unix time of the daemon's start.")
    static let networks = MetricFamily("wgpilot_networks", .gauge, "How many networks there are.")
    static let networkInfo = MetricFamily(
        "wgpilot_network_info", .info, labels: perNetwork + ["mode", "subnet", "subnet6"], "A network.")
    static let networkEnabled = MetricFamily(
        "wgpilot_network_enabled", .gauge, labels: perNetwork, "Whether the network is meant to be up: 1, or 0.")
    static let networkUp = MetricFamily(
        "wgpilot_network_up", .gauge, labels: perNetwork,
        "Whether the network's interface is up: 1, or 0; absent where the kernel could not be asked.")
    static let networkStatusKnown = MetricFamily(
        "wgpilot_network_status_known", .gauge, labels: perNetwork,
        "Whether the kernel could be asked about the network's peers: 1, or 0.")
    static let peers = MetricFamily(
        "wgpilot_peers", .gauge, labels: perNetwork + ["state"],
        "Peers by state: online, offline (no handshake for three minutes), pending (not in the kernel yet), disabled, "
            + "expired.")
    static let pendingChanges = MetricFamily(
        "wgpilot_pending_changes", .gauge, "What is stored and could not be brought to the kernel yet.")
    static let driftFindings = MetricFamily(
        "wgpilot_drift_findings", .gauge, labels: ["network"],
        "Differences between kernel and database that wait for a decision.")
    static let machineChecks = MetricFamily(
        "wgpilot_machine_checks", .gauge, labels: ["result"],
        "Checks of the machine (wgpilotctl doctor) by result: ok, warning, fault.")
    static let foreignInterfaces = MetricFamily(
        "wgpilot_foreign_interfaces", .gauge, "WireGuard interfaces on this machine that are not the hub's.")
    static let hubReadDuration = MetricFamily(
        "wgpilot_hub_read_duration_seconds", .gauge, unit: "seconds",
        "How long the daemon took to answer all that this scrape asked it.")

    // MARK: Ours, about the gateway

    static let gatewayBuild = MetricFamily(
        "wgpilot_gateway_build_info", .info, labels: ["version"], "The version of the gateway.")
    static let requests = MetricFamily(
        "wgpilot_http_requests_total", .counter, labels: ["method", "route", "status"],
        "Requests by method, route and the status that they were answered with.")
    static let requestDuration = MetricFamily(
        "wgpilot_http_request_duration_seconds", .histogram, unit: "seconds", labels: ["method", "route"],
        "How long requests took until their answer began.")
    static let requestsInFlight = MetricFamily(
        "wgpilot_http_requests_in_flight", .gauge, "Requests whose answer has not begun yet.")
    static let rpcErrors = MetricFamily(
        "wgpilot_rpc_errors_total", .counter, labels: ["code"],
        "Calls to the daemon for requests that failed, by the code of the refusal.")
    static let eventSubscribers = MetricFamily(
        "wgpilot_event_subscribers", .gauge, "Clients that follow /api/events.")
    static let eventUpstreams = MetricFamily(
        "wgpilot_event_upstreams", .gauge, "Streams of changes that the gateway reads from the daemon.")
    static let eventsReceived = MetricFamily(
        "wgpilot_events_received_total", .counter, "Changes that the daemon told.")
    static let eventSnapshots = MetricFamily(
        "wgpilot_event_snapshots_total", .counter, labels: ["cause"],
        "Snapshots that were sent to clients, by cause: begin, behind (it read too slowly), restart (of the daemon).")
    static let processCPU = MetricFamily(
        "process_cpu_seconds_total", .counter, unit: "seconds", "Processor time of the gateway.")
    static let processStart = MetricFamily(
        "process_start_time_seconds", .gauge, unit: "seconds", "Unix time of the gateway's start.")
    static let processMemory = MetricFamily(
        "process_resident_memory_bytes", .gauge, unit: "bytes", "Resident memory of the gateway.")

    /// All of them, in the order in which they are written.
    static let all =
        [
            daemonUp, daemonBuild, daemonStart, networks, networkInfo, networkEnabled, networkUp, networkStatusKnown,
            peers, pendingChanges, driftFindings, machineChecks, foreignInterfaces, hubReadDuration, deviceInfo,
        ] + ofPeers + [
            peerExpiry, gatewayBuild, requests, requestDuration, requestsInFlight, rpcErrors, eventSubscribers,
            eventUpstreams, eventsReceived, eventSnapshots, processCPU, processStart, processMemory,
        ]
}
