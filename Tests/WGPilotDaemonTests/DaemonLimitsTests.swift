import Testing
import WGPilotConfiguration
import WGPilotRPC

@testable import WGPilotDaemon

/// The keys that bound what a client may take up.
@Suite struct DaemonLimitsTests {
    private static func limits(_ values: [(DaemonKey, String?)]) throws -> RPCServerConfiguration.Limits {
        try DaemonConfiguration(layers: [.flags(values)]).limits
    }

    @Test func `each key sets its limit`() throws {
        #expect(try Self.limits([]) == RPCServerConfiguration.Limits())
        var expected = RPCServerConfiguration.Limits()
        expected.maximumFrameLength = 65536
        expected.maximumConnections = 2
        expected.maximumConnectionsPerUser = 3
        expected.maximumCallsPerConnection = 4
        expected.maximumCallsPerSecond = 5
        expected.maximumIntermediaryCallsPerSecond = 10
        expected.maximumMetadataBytes = 256
        expected.helloTimeout = .seconds(6)
        expected.idleTimeout = .seconds(7)
        expected.keepaliveInterval = .seconds(8)
        expected.keepaliveTimeout = .seconds(9)
        expected.drainTimeout = .seconds(1)
        let limits = try Self.limits([
            (.maxFrameBytes, "65536"), (.maxConnections, "2"), (.maxConnectionsPerUser, "3"),
            (.maxCallsPerConnection, "4"), (.maxCallsPerSecond, "5"), (.maxMetadataBytes, "256"),
            (.helloTimeout, "6"), (.idleTimeout, "7"), (.keepaliveInterval, "8"), (.keepaliveTimeout, "9"),
            (.drainTimeout, "1"), (.maxGatewayCallsPerSecond, "10"),
        ])
        #expect(limits == expected)
    }

    @Test func `zero turns off what can be off`() throws {
        let limits = try Self.limits([(.idleTimeout, "0"), (.keepaliveInterval, "0"), (.maxCallsPerSecond, "0")])
        #expect(limits.idleTimeout == nil)
        #expect(limits.keepaliveInterval == nil)
        #expect(limits.maximumCallsPerSecond == 0)
    }

    @Test func `all values out of range are told at once, each with its range`() {
        let error = #expect(throws: ConfigurationError.self) {
            try Self.limits([
                (.maxFrameBytes, "65535"), (.maxConnections, "0"), (.maxConnectionsPerUser, "65537"),
                (.maxCallsPerConnection, "-1"), (.maxCallsPerSecond, "many"), (.maxMetadataBytes, "1.5"),
                (.helloTimeout, "0"), (.idleTimeout, "86401"), (.keepaliveInterval, "-1"),
                (.keepaliveTimeout, "0"), (.drainTimeout, "16"), (.maxGatewayCallsPerSecond, "1000001"),
            ])
        }
        let text = error.map { "\($0)" } ?? ""
        for (key, range) in [
            ("max_frame_bytes", "bytes from 65536 to 67108864"), ("max_connections", "connections from 1 to 65536"),
            ("max_connections_per_user", "connections from 1 to 65536"),
            ("max_calls_per_connection", "calls from 1 to 4096"), ("max_calls_per_second", "calls from 0 to 1000000"),
            ("max_gateway_calls_per_second", "calls from 0 to 1000000"),
            ("max_metadata_bytes", "bytes from 256 to 1048576"), ("hello_timeout", "seconds from 1 to 60"),
            ("idle_timeout", "seconds from 0 to 86400"), ("keepalive_interval", "seconds from 0 to 86400"),
            ("keepalive_timeout", "seconds from 1 to 3600"), ("drain_timeout", "seconds from 0 to 15"),
        ] {
            #expect(text.contains("\(key): is a number of \(range)"), "\(key)")
        }
    }

    @Test func `clients get no more descriptors than leave the daemon its own`() {
        #expect(DescriptorLimit.connections(2048, within: nil) == 2048)
        #expect(DescriptorLimit.connections(2048, within: 1 << 19) == 2048)
        #expect(DescriptorLimit.connections(2048, within: 1024) == 1024 - DescriptorLimit.reserve)
        #expect(DescriptorLimit.connections(2048, within: 16) == 1)
        #expect((DescriptorLimit.raise() ?? 0) > DescriptorLimit.reserve)
    }
}
