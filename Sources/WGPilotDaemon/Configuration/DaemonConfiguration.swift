import Logging
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink

/// What the daemon was told, read once at start: flags before environment before file before defaults.
struct DaemonConfiguration: Sendable {
    var dataDirectory = "/var/lib/wgpilot"
    var socketPath = "/run/wgpilot.sock"
    var socketGroup = "wgpilot"
    var backend = KernelDetection.Preference.auto
    var endpointHost: EndpointHost?
    var reconcileInterval = Duration.seconds(300)
    var logLevel = Logger.Level.info
    var roles = RoleAssignment()

    /// The users and groups that the configuration gives roles to, by name or number.
    struct RoleAssignment: Sendable {
        var adminUsers: [String] = []
        var adminGroups: [String] = []
        var operatorUsers: [String] = []
        var operatorGroups: [String]?
        var viewerUsers: [String] = []
        var viewerGroups: [String] = []
        var gatewayUser = "wgpilot-gateway"
    }

    /// Reads the layers. All faults are reported at once.
    init(layers sources: [ConfigurationSource<DaemonKey>]) throws(ConfigurationError) {
        var layers = ConfigurationLayers(sources)
        let path = { (limit: Int) in
            { (text: String) throws(InvalidValue) -> String in
                guard text.utf8.count <= limit, !text.utf8.contains(0) else {
                    throw InvalidValue("is a path of at most \(limit) bytes")
                }
                return text
            }
        }
        let any = { (text: String) throws(InvalidValue) -> String in text }
        dataDirectory = layers.value(.dataDir, path(4000)) ?? dataDirectory
        // sun_path holds 108 bytes with the terminator (unix(7)), and the socket is made as PATH.new.
        socketPath = layers.value(.socket, path(103)) ?? socketPath
        socketGroup = layers.value(.socketGroup, any) ?? socketGroup
        backend =
            layers.value(.backend) { text throws(InvalidValue) in
                guard let preference = KernelDetection.Preference(rawValue: text) else {
                    throw InvalidValue("is auto, kernel or userspace")
                }
                return preference
            } ?? backend
        endpointHost = layers.value(.endpointHost) { text throws(InvalidValue) in try EndpointHost(text) }
        reconcileInterval =
            layers.value(.reconcileInterval) { text throws(InvalidValue) in
                guard let seconds = Int(text), (10...86400).contains(seconds) else {
                    throw InvalidValue("is a number of seconds from 10 to 86400")
                }
                return .seconds(seconds)
            } ?? reconcileInterval
        logLevel =
            layers.value(.logLevel) { text throws(InvalidValue) in
                guard let level = Logger.Level(rawValue: text) else {
                    let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                    throw InvalidValue("is one of \(levels)")
                }
                return level
            } ?? logLevel
        roles.adminUsers = layers.texts(.adminUsers) ?? []
        roles.adminGroups = layers.texts(.adminGroups) ?? []
        roles.operatorUsers = layers.texts(.operatorUsers) ?? []
        roles.operatorGroups = layers.texts(.operatorGroups)
        roles.viewerUsers = layers.texts(.viewerUsers) ?? []
        roles.viewerGroups = layers.texts(.viewerGroups) ?? []
        roles.gatewayUser = layers.value(.gatewayUser, any) ?? roles.gatewayUser
        try layers.check()
    }
}
