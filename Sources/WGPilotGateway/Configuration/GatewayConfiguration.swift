import Logging
import WGPilotConfiguration
import WGPilotCore

/// What the gateway was told, read once at start: flags before environment before file before defaults.
struct GatewayConfiguration: Sendable {
    /// Where the certificate comes from.
    enum TLS: String, CaseIterable, Sendable {
        case off
        case selfSigned = "self-signed"
        case files
    }

    var listen = SocketEndpoint(address: .v4(IPv4Address(rawValue: 0x7F00_0001)), port: 8080)
    var socketPath = "/run/wgpilot.sock"
    var logLevel = Logger.Level.info
    var webRoot = "/usr/share/wgpilot/web"
    /// Whether somebody named the folder of the web page, so that it must be there.
    var isWebRootNamed = false
    var hostNames: Set<String> = []
    var trustedProxies: [IPPrefix] = []
    var proxyField = ProxyTrust.Field.xForwardedFor
    var tls = TLS.off
    var tlsCertificate: String?
    var tlsKey: String?
    var stateDir = "/var/lib/wgpilot-gateway"
    var redirectListen: SocketEndpoint?
    var maxConnections = 8192
    var maxConnectionsPerAddress = 64
    var maxUnconfirmedPerSecond = 50
    var times = ConnectionTimes()
    var metrics = MetricsAccess()

    /// Reads the layers. All faults are reported at once.
    init(layers sources: [ConfigurationSource<GatewayKey>]) throws(ConfigurationError) {
        var layers = ConfigurationLayers(sources)
        let text = { (text: String) throws(InvalidValue) in text }
        let endpoint = { (text: String) throws(InvalidValue) in try SocketEndpoint(text) }
        listen = layers.value(.listen, endpoint) ?? listen
        socketPath = layers.value(.socket, text) ?? socketPath
        logLevel = layers.value(.logLevel) { text throws(InvalidValue) in try Self.level(text) } ?? logLevel
        if let folder = layers.value(.webRoot, text) {
            webRoot = folder
            isWebRootNamed = true
        }
        tlsCertificate = layers.value(.tlsCertificate, text)
        tlsKey = layers.value(.tlsKey, text)
        tls =
            layers.value(.tls) { text throws(InvalidValue) in
                guard let tls = TLS(rawValue: text) else { throw InvalidValue("is one of off, self-signed, files") }
                return tls
            } ?? (tlsCertificate == nil ? .off : .files)
        stateDir = layers.value(.stateDir, text) ?? stateDir
        redirectListen = layers.value(.redirectListen, endpoint)
        proxyField =
            layers.value(.proxyField) { text throws(InvalidValue) in
                guard let field = ProxyTrust.Field(rawValue: text.lowercased()) else {
                    throw InvalidValue("is one of x-forwarded-for, forwarded")
                }
                return field
            } ?? proxyField
        let count = { (text: String) throws(InvalidValue) in
            guard let count = Int(text), (1...1_000_000).contains(count) else {
                throw InvalidValue("is a number from 1 to 1000000")
            }
            return count
        }
        maxConnections = layers.value(.maxConnections, count) ?? maxConnections
        maxConnectionsPerAddress = layers.value(.maxConnectionsPerAddress, count) ?? maxConnectionsPerAddress
        maxUnconfirmedPerSecond =
            layers.value(.maxUnconfirmedPerSecond) { text throws(InvalidValue) in
                guard let count = Int(text), (0...1_000_000).contains(count) else {
                    throw InvalidValue("is a number from 0 to 1000000")
                }
                return count
            } ?? maxUnconfirmedPerSecond
        let allowsPlain =
            layers.value(.plainHTTP) { text throws(InvalidValue) in
                guard let flag = Bool(text) else { throw InvalidValue("is true or false") }
                return flag
            } ?? false
        let allowed = layers.values(.metricsAllow) { text throws(InvalidValue) in
            // An address by itself is the block of that one.
            if let address = IPAddress(text) { return address.hostPrefix }
            return try IPPrefix(text)
        }
        let token = layers.value(.metricsTokenFile) { path throws(InvalidValue) in try MetricsToken.read(path) }
        layers.require(.metricsAllow, .metricsTokenFile)
        metrics = MetricsAccess(allowed: allowed ?? [], token: token)
        try layers.check()
        var faults: [String] = []
        for name in layers.texts(.hostNames) ?? [] {
            if name == "*" || HostNames.host(name) == name.lowercased() {
                hostNames.insert(name.lowercased())
            } else {
                faults.append("host_names: \(name.quotedForMessage) is not a host name")
            }
        }
        for block in layers.texts(.trustedProxies) ?? [] {
            do throws(InvalidValue) {
                trustedProxies.append(try IPPrefix(block))
            } catch {
                faults.append("trusted_proxies: \(block.quotedForMessage): \(error)")
            }
        }
        if tls == .files, tlsCertificate == nil || tlsKey == nil {
            faults.append("tls: files needs both tls_certificate and tls_key")
        }
        if tls == .off, redirectListen != nil { faults.append("redirect_listen: needs tls, to send browsers there") }
        if tls == .off, !listen.address.isLoopback, !allowsPlain {
            faults.append(
                "listen: \(listen) would serve passwords and keys without encryption beyond this machine; set tls, or "
                    + "plain_http: true where something in front of it encrypts")
        }
        if !faults.isEmpty { throw ConfigurationError(faults) }
    }

    /// Who is believed on the client's address.
    var proxies: ProxyTrust { ProxyTrust(blocks: trustedProxies, field: proxyField) }

    private static func level(_ text: String) throws(InvalidValue) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw InvalidValue("is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}
