import WGPilotConfiguration

/// A key of the gateway's configuration. `docs/configuration.md` lists them for people.
enum GatewayKey: String, ConfigurationKey {
    /// The address and port to serve HTTP on. Default `127.0.0.1:8080`.
    case listen
    /// The path of the daemon's socket. Default `/run/wgpilot.sock`.
    case socket
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Default `info`.
    case logLevel = "log_level"

    var isList: Bool { false }

    /// The socket is the same for every process, the rest is the gateway's own.
    var environmentName: String {
        self == .socket ? "WGPILOT_SOCKET" : "WGPILOT_GATEWAY_" + rawValue.uppercased()
    }
}
