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
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Default `info`.
    case logLevel = "log_level"
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
