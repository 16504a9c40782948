import WGPilotCore
import WGPilotProtocol

extension NetworkSettings {
    /// What stands for an IPv6 block drawn by lot.
    static let randomSubnet6 = "random"

    private static func subnet6(_ text: String) throws(InvalidValue) -> IPPrefix {
        if text != randomSubnet6 { return try IPPrefix(text) }
        var generator = SystemRandomNumberGenerator()
        return UniqueLocalPrefix.random(using: &generator)
    }

    /// The settings that a request asks for, its port aside where it names none.
    ///
    /// - Throws: Every fault of every field at once.
    init(_ request: CreateNetworkRequest, defaultPort: () async throws -> UInt16) async throws {
        var reader = FieldReader()
        let name = reader.read("name", request.name, FieldReader.networkName)
        let mode = reader.read("mode", request.mode, NetworkMode.init)
        let subnet = reader.read("subnet", request.subnet, FieldReader.prefix)
        let subnet6 = reader.read("subnet6", request.subnet6) { text throws(InvalidValue) in
            try Self.subnet6(text)
        }
        let driftPolicy = reader.read("drift_policy", request.driftPolicy, DriftPolicy.init)
        let custody = reader.read("custody", request.custody, KeyCustody.init)
        var port = reader.read("listen_port", request.listenPort, FieldReader.port)
        if request.listenPort == nil { port = try await defaultPort() }
        let tunnel = reader.read("tunnel", request.tunnel, TunnelScope.init)
        let dnsServers = reader.readList("dns_servers", request.dnsServers, FieldReader.address)
        let customCIDRs = reader.readList("custom_cidrs", request.customCIDRs, FieldReader.prefix)
        let endpointHost = reader.read("endpoint_host", request.endpointHost) { text throws(InvalidValue) in
            try EndpointHost(text)
        }
        let mtu = reader.read("mtu", request.mtu, FieldReader.mtu)
        guard let name, let mode, let subnet, let port else {
            try reader.check()
            throw RPCError(.internal, reason: "unexpected_error", message: "a field was neither read nor refused")
        }
        self.init(name: name, mode: mode, subnet: subnet, listenPort: port)
        self.subnet6 = subnet6
        self.dnsServers = dnsServers ?? []
        self.searchDomains = request.searchDomains ?? []
        self.mtu = mtu
        self.endpointHost = endpointHost
        self.tunnel = tunnel ?? .full
        self.customCIDRs = customCIDRs ?? []
        self.nat = request.nat ?? mode.natByDefault
        self.peersMayTalk = request.peersMayTalk ?? mode.peersMayTalkByDefault
        self.driftPolicy = driftPolicy ?? .repair
        self.custody = custody ?? .held
        self.bandwidthUp = request.bandwidthUpKbps ?? BandwidthLimit.unlimited
        self.bandwidthDown = request.bandwidthDownKbps ?? BandwidthLimit.unlimited
        self.enabled = request.enabled ?? true
        reader.add(validate())
        try reader.check()
    }

    /// Takes over what a request wants changed.
    ///
    /// - Throws: Every fault of every field at once; the settings are then of no use.
    mutating func apply(_ request: UpdateNetworkRequest) throws(RPCError) {
        var reader = FieldReader()
        name = reader.readName(request.name, of: name, FieldReader.networkName)
        if let new = reader.read("mode", request.mode, NetworkMode.init), new != mode {
            // What was the default of the old mode would surprise in the new one.
            mode = new
            nat = new.natByDefault
            peersMayTalk = new.peersMayTalkByDefault
        }
        nat = request.nat ?? nat
        peersMayTalk = request.peersMayTalk ?? peersMayTalk
        driftPolicy = reader.read("drift_policy", request.driftPolicy, DriftPolicy.init) ?? driftPolicy
        custody = reader.read("custody", request.custody, KeyCustody.init) ?? custody
        subnet = reader.read("subnet", request.subnet, FieldReader.prefix) ?? subnet
        subnet6 =
            reader.read("subnet6", request.subnet6) { text throws(InvalidValue) in try Self.subnet6(text) } ?? subnet6
        listenPort = reader.read("listen_port", request.listenPort, FieldReader.port) ?? listenPort
        dnsServers = reader.readList("dns_servers", request.dnsServers, FieldReader.address) ?? dnsServers
        searchDomains = request.searchDomains ?? searchDomains
        mtu = reader.read("mtu", request.mtu, FieldReader.mtu) ?? mtu
        endpointHost =
            reader.read("endpoint_host", request.endpointHost) { text throws(InvalidValue) in
                try EndpointHost(text)
            } ?? endpointHost
        tunnel = reader.read("tunnel", request.tunnel, TunnelScope.init) ?? tunnel
        customCIDRs = reader.readList("custom_cidrs", request.customCIDRs, FieldReader.prefix) ?? customCIDRs
        bandwidthUp = request.bandwidthUpKbps ?? bandwidthUp
        bandwidthDown = request.bandwidthDownKbps ?? bandwidthDown
        for field in request.clear ?? [] {
            switch NetworkField(rawValue: field) {
            case .mtu: mtu = nil
            case .endpointHost: endpointHost = nil
            case .subnet6: subnet6 = nil
            default: reader.add("clear", "\(field.quotedForMessage) is not one of mtu, endpoint_host, subnet6")
            }
        }
        reader.add(validate())
        try reader.check()
    }
}
