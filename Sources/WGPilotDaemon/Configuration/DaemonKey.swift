import WGPilotConfiguration

/// A key of the daemon's configuration. `docs/configuration.md` lists them for people.
///
/// The name is that of the YAML file; the environment variable is `WGPILOT_` and the name in capitals.
enum DaemonKey: String, ConfigurationKey {
    /// The directory of the database and the master key. Default `/var/lib/wgpilot`.
    case dataDir = "data_dir"
    /// The path of the Unix socket. Default `/run/wgpilot.sock`.
    case socket
    /// The group that may open the socket. Default `wgpilot`.
    case socketGroup = "socket_group"
    /// `auto`, `kernel` or `userspace`. Default `auto`.
    case backend
    /// The host that clients are given as the hub's endpoint. No default.
    case endpointHost = "endpoint_host"
    /// Seconds between full comparisons of kernel and database, 10…86400. Default 300.
    case reconcileInterval = "reconcile_interval"
    /// `auto`, `on` or `off`: when the kernel is to count what connections carry. Default `auto`: from the first time that
    /// somebody looks at them.
    case connectionAccounting = "connection_accounting"
    /// Seconds between two samples of the transfer history, 1…3600. Default 60.
    case historyInterval = "history_interval"
    /// Days for which each sample is kept, 1…31. Default 1.
    case historyRawDays = "history_raw_days"
    /// Days for which each hour is kept, `history_raw_days`…366. Default 31.
    case historyHourlyDays = "history_hourly_days"
    /// Days for which each day is kept, `history_hourly_days`…3660. Default 366.
    case historyDailyDays = "history_daily_days"
    /// Days for which sessions are kept, 1…3660. Default 366.
    case sessionDays = "session_days"
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Default `info`.
    case logLevel = "log_level"
    /// The longest frame that is accepted, in bytes, 65536…67108864. Default 4194304.
    case maxFrameBytes = "max_frame_bytes"
    /// Connections at a time, 1…65536. Default 2048.
    case maxConnections = "max_connections"
    /// Connections at a time of one user other than root, 1…65536. Default 32.
    case maxConnectionsPerUser = "max_connections_per_user"
    /// Calls in flight on one connection, 1…4096. Default 64.
    case maxCallsPerConnection = "max_calls_per_connection"
    /// Calls a second of one user other than root, 0…1000000, 0 for any number. Default 1000.
    case maxCallsPerSecond = "max_calls_per_second"
    /// Calls a second of the gateway, 0…1000000, 0 for any number. Default 20000.
    case maxGatewayCallsPerSecond = "max_gateway_calls_per_second"
    /// Bytes of the metadata of one call, 256…1048576. Default 8192.
    case maxMetadataBytes = "max_metadata_bytes"
    /// Seconds that a client has for its hello, 1…60. Default 5.
    case helloTimeout = "hello_timeout"
    /// Seconds after which a connection without calls is closed, 0…86400, 0 for never. Default 0.
    case idleTimeout = "idle_timeout"
    /// Seconds of silence after which a client with a stream is asked for a sign of life, 0…86400, 0 for never.
    /// Default 30.
    case keepaliveInterval = "keepalive_interval"
    /// Seconds that a client has for its sign of life, 1…3600. Default 20.
    case keepaliveTimeout = "keepalive_timeout"
    /// Seconds that calls have to finish when the daemon stops, 0…15. Default 10.
    case drainTimeout = "drain_timeout"
    /// Seconds without use after which a web user's session ends, 300…2592000. Default 3600.
    case sessionIdleTimeout = "session_idle_timeout"
    /// Seconds after which a web user's session ends in any case, 300…31536000. Default 86400.
    case sessionLifetime = "session_lifetime"
    /// Users beside root who may do everything. Default none.
    case adminUsers = "admin_users"
    /// Groups whose members may do everything. Default none.
    case adminGroups = "admin_groups"
    /// Users who may run networks and peers. Default none.
    case operatorUsers = "operator_users"
    /// Groups whose members may run networks and peers. Default the socket's group.
    case operatorGroups = "operator_groups"
    /// Users who may only look, whatever groups they are in. Default none.
    case viewerUsers = "viewer_users"
    /// Groups whose members may only look. Default none.
    case viewerGroups = "viewer_groups"
    /// The user that the HTTP gateway runs as. Default `wgpilot-gateway`.
    case gatewayUser = "gateway_user"

    var isList: Bool {
        switch self {
        case .adminUsers, .adminGroups, .operatorUsers, .operatorGroups, .viewerUsers, .viewerGroups: true
        default: false
        }
    }

    var environmentName: String { "WGPILOT_" + rawValue.uppercased() }
}
