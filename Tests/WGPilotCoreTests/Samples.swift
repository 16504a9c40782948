import Testing
import WGPilotCore

/// Values for tests that are about something else.
enum Samples {
    static func network(
        _ mode: NetworkMode, subnet: String = "10.8.0.0/24", subnet6: String? = nil
    ) throws -> NetworkSettings {
        var settings = NetworkSettings(
            name: try DisplayName("office"), mode: mode, subnet: try IPPrefix(subnet), listenPort: 51820)
        settings.subnet6 = try subnet6.map { try IPPrefix($0) }
        return settings
    }

    static func peer(_ name: String = "laptop") throws -> PeerSettings { PeerSettings(name: try DisplayName(name)) }

    static func prefixes(_ texts: [String]) throws -> [IPPrefix] { try texts.map { try IPPrefix($0) } }

    static func addresses(_ texts: [String]) throws -> [IPAddress] {
        try texts.map { try #require(IPAddress($0)) }
    }
}
