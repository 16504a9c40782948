import Logging
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink
import WGPilotRPC
import WGPilotStore

/// What the daemon was told, read once at start: flags before environment before file before defaults.
struct DaemonConfiguration: Sendable {
    var dataDirectory = "/var/lib/wgpilot"
    var socketPath = "/run/wgpilot.sock"
    var socketGroup = "wgpilot"
    var backend = KernelDetection.Preference.auto
    var endpointHost: EndpointHost?
    var reconcileInterval = Duration.seconds(300)
    var connectionAccounting = ConnectionAccounting.auto
    /// Seconds between two samples of the transfer history.
    var historyInterval: Int64 = 60
    var historyRetention = HistoryRetention()
    var logLevel = Logger.Level.info
    var limits = RPCServerConfiguration.Limits()
    var roles = RoleAssignment()
    /// An hour and a day, as NIST SP 800-63B-4 §2.2.3 has them for two factors.
    var sessions = WebSession.Lifetimes(idle: 3600, absolute: 86_400)

    /// When the kernel is made to count what connections carry.
    enum ConnectionAccounting: String, Sendable {
        /// From the first time that somebody looks at them.
        case auto
        /// As long as there is a network.
        case on
        /// Never by us.
        case off
    }

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
                .seconds(try Self.number(text, of: "seconds", in: 10...86400))
            } ?? reconcileInterval
        connectionAccounting =
            layers.value(.connectionAccounting) { text throws(InvalidValue) in
                guard let choice = ConnectionAccounting(rawValue: text) else {
                    throw InvalidValue("is auto, on or off")
                }
                return choice
            } ?? connectionAccounting
        logLevel =
            layers.value(.logLevel) { text throws(InvalidValue) in
                guard let level = Logger.Level(rawValue: text) else {
                    let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                    throw InvalidValue("is one of \(levels)")
                }
                return level
            } ?? logLevel
        limits = Self.limits(&layers)
        readHistory(&layers)
        let seconds = { (key: DaemonKey, range: ClosedRange<Int>) in
            layers.value(key) { text throws(InvalidValue) in
                Int64(try Self.number(text, of: "seconds", in: range))
            }
        }
        sessions.idle = seconds(.sessionIdleTimeout, 300...2_592_000) ?? sessions.idle
        sessions.absolute = seconds(.sessionLifetime, 300...31_536_000) ?? sessions.absolute
        roles.adminUsers = layers.texts(.adminUsers) ?? []
        roles.adminGroups = layers.texts(.adminGroups) ?? []
        roles.operatorUsers = layers.texts(.operatorUsers) ?? []
        roles.operatorGroups = layers.texts(.operatorGroups)
        roles.viewerUsers = layers.texts(.viewerUsers) ?? []
        roles.viewerGroups = layers.texts(.viewerGroups) ?? []
        roles.gatewayUser = layers.value(.gatewayUser, any) ?? roles.gatewayUser
        try layers.check()
    }

    /// What the server of the socket allows.
    private static func limits(_ layers: inout ConfigurationLayers<DaemonKey>) -> RPCServerConfiguration.Limits {
        var limits = RPCServerConfiguration.Limits()
        let numbers: [(WritableKeyPath<RPCServerConfiguration.Limits, Int>, DaemonKey, String, ClosedRange<Int>)] = [
            (\.maximumFrameLength, .maxFrameBytes, "bytes", 1 << 16...1 << 26),
            (\.maximumConnections, .maxConnections, "connections", 1...65536),
            (\.maximumConnectionsPerUser, .maxConnectionsPerUser, "connections", 1...65536),
            (\.maximumCallsPerConnection, .maxCallsPerConnection, "calls", 1...4096),
            (\.maximumCallsPerSecond, .maxCallsPerSecond, "calls", 0...1_000_000),
            (\.maximumIntermediaryCallsPerSecond, .maxGatewayCallsPerSecond, "calls", 0...1_000_000),
            (\.maximumMetadataBytes, .maxMetadataBytes, "bytes", 256...1 << 20),
        ]
        for (limit, key, unit, range) in numbers {
            let value = layers.value(key) { text throws(InvalidValue) in try number(text, of: unit, in: range) }
            if let value { limits[keyPath: limit] = value }
        }
        // The last of the times must come before the end that LastResort makes.
        let times: [(WritableKeyPath<RPCServerConfiguration.Limits, Duration>, DaemonKey, ClosedRange<Int>)] = [
            (\.helloTimeout, .helloTimeout, 1...60), (\.keepaliveTimeout, .keepaliveTimeout, 1...3600),
            (\.drainTimeout, .drainTimeout, 0...15),
        ]
        for (limit, key, range) in times {
            let value = layers.value(key) { text throws(InvalidValue) in try number(text, of: "seconds", in: range) }
            if let value { limits[keyPath: limit] = .seconds(value) }
        }
        let optionalTimes: [(WritableKeyPath<RPCServerConfiguration.Limits, Duration?>, DaemonKey)] = [
            (\.idleTimeout, .idleTimeout), (\.keepaliveInterval, .keepaliveInterval),
        ]
        for (limit, key) in optionalTimes {
            let value = layers.value(key) { text throws(InvalidValue) in
                try number(text, of: "seconds", in: 0...86400)
            }
            if let value { limits[keyPath: limit] = value == 0 ? nil : .seconds(value) }
        }
        return limits
    }

    /// How often and how long the transfer history is kept.
    private mutating func readHistory(_ layers: inout ConfigurationLayers<DaemonKey>) {
        historyInterval =
            layers.value(.historyInterval) { text throws(InvalidValue) in
                Int64(try Self.number(text, of: "seconds", in: 1...3600))
            } ?? historyInterval
        func days(_ key: DaemonKey, _ range: ClosedRange<Int64>) -> Int64? {
            layers.value(key) { text throws(InvalidValue) in
                Int64(try Self.number(text, of: "days", in: Int(range.lowerBound)...Int(range.upperBound)))
            }
        }
        var kept = HistoryRetention()
        kept.rawDays = days(.historyRawDays, 1...31) ?? kept.rawDays
        kept.hourlyDays = days(.historyHourlyDays, kept.rawDays...366) ?? kept.hourlyDays
        kept.dailyDays = days(.historyDailyDays, kept.hourlyDays...3660) ?? kept.dailyDays
        kept.sessionDays = days(.sessionDays, 1...3660) ?? kept.sessionDays
        historyRetention = kept
    }

    private static func number(
        _ text: String, of unit: String, in range: ClosedRange<Int>
    ) throws(InvalidValue) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw InvalidValue("is a number of \(unit) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
