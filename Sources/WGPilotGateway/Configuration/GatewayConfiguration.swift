import Logging
import WGPilotConfiguration
import WGPilotCore

/// What the gateway was told, read once at start: flags before environment before file before defaults.
struct GatewayConfiguration: Sendable {
    var listen = SocketEndpoint(address: .v4(IPv4Address(rawValue: 0x7F00_0001)), port: 8080)
    var socketPath = "/run/wgpilot.sock"
    var logLevel = Logger.Level.info

    /// Reads the layers. All faults are reported at once.
    init(layers sources: [ConfigurationSource<GatewayKey>]) throws(ConfigurationError) {
        var layers = ConfigurationLayers(sources)
        listen = layers.value(.listen) { text throws(InvalidValue) in try SocketEndpoint(text) } ?? listen
        socketPath = layers.value(.socket) { text throws(InvalidValue) in text } ?? socketPath
        logLevel =
            layers.value(.logLevel) { text throws(InvalidValue) in
                guard let level = Logger.Level(rawValue: text) else {
                    let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                    throw InvalidValue("is one of \(levels)")
                }
                return level
            } ?? logLevel
        try layers.check()
    }
}
