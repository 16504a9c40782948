import WGPilotConfiguration

/// A key of the gateway's configuration. `docs/configuration.md` lists them for people.
enum GatewayKey: String, ConfigurationKey {
    /// The address and port to serve on. Default `127.0.0.1:8080`.
    case listen
    /// The path of the daemon's socket. Default `/run/wgpilot.sock`.
    case socket
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Default `info`.
    case logLevel = "log_level"
    /// The folder of the web page. Default `/usr/share/wgpilot/web`.
    case webRoot = "web_root"
    /// Further names under which the gateway is asked; `*` for all. Default none.
    case hostNames = "host_names"
    /// Blocks of the proxies whose word on the client's address is taken. Default none.
    case trustedProxies = "trusted_proxies"
    /// The field that these write: `x-forwarded-for` or `forwarded`. Default `x-forwarded-for`.
    case proxyField = "proxy_field"
    /// `off`, `self-signed` or `files`. Default `files` where a certificate is named, else `off`.
    case tls
    /// The certificate chain in PEM.
    case tlsCertificate = "tls_certificate"
    /// Its private key in PEM.
    case tlsKey = "tls_key"
    /// Where the certificate is kept that the gateway makes for itself. Default `/var/lib/wgpilot-gateway`.
    case stateDir = "state_dir"
    /// The address and port of a listener that sends browsers to HTTPS. Default none.
    case redirectListen = "redirect_listen"
    /// Whether plain HTTP may be served beyond the machine itself. Default false.
    case plainHTTP = "plain_http"
    /// The most connections at a time. Default 8192.
    case maxConnections = "max_connections"
    /// The most connections of one address at a time. Default 64.
    case maxConnectionsPerAddress = "max_connections_per_address"
    /// Requests a second of one address that need the daemon and show nothing known to be good, 0 for any number. Default 50.
    case maxUnconfirmedPerSecond = "max_unconfirmed_per_second"

    /// The blocks of addresses whose Prometheus may scrape without a token of its own. Default none.
    case metricsAllow = "metrics_allow"
    /// The file with the token that is used for them. Default none.
    case metricsTokenFile = "metrics_token_file"

    var isList: Bool { [.hostNames, .trustedProxies, .metricsAllow].contains(self) }

    /// The socket is the same for every process, the rest is the gateway's own.
    var environmentName: String {
        self == .socket ? "WGPILOT_SOCKET" : "WGPILOT_GATEWAY_" + rawValue.uppercased()
    }
}
