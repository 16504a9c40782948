import WGPilotProtocol

/// A network as it is printed.
struct NetworkView: Renderable {
    let network: NetworkMessage

    /// The shape for programs; docs/cli.md lists it.
    struct JSON: Encodable {
        let id: Int64
        let name: String
        let interface: String
        let mode: String
        let subnet: String
        let subnet6: String?
        let listen_port: UInt16
        let public_key: String
        let addresses: [String]
        let dns_servers: [String]
        let search_domains: [String]
        let mtu: Int?
        let endpoint_host: String?
        let tunnel: String
        let custom_cidrs: [String]
        let enabled: Bool
        let up: Bool?
        let peers: Int64
        let created_at: Int64
        let updated_at: Int64
    }

    var json: JSON {
        JSON(
            id: network.id, name: network.name, interface: network.interface, mode: network.mode,
            subnet: network.subnet, subnet6: network.subnet6, listen_port: network.listenPort,
            public_key: network.publicKey, addresses: network.hubAddresses, dns_servers: network.dnsServers,
            search_domains: network.searchDomains, mtu: network.mtu, endpoint_host: network.endpointHost,
            tunnel: network.tunnel, custom_cidrs: network.customCIDRs, enabled: network.enabled, up: network.isUp,
            peers: network.peers, created_at: network.createdAt, updated_at: network.updatedAt)
    }

    /// `up`, `down` or `disabled`.
    var state: String {
        if !network.enabled { return "disabled" }
        return network.isUp.map { $0 ? "up" : "down" } ?? "unknown"
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("name", network.name)
        facts.add("id", "\(network.id)")
        facts.add("interface", network.interface)
        facts.add("state", state)
        facts.add("mode", network.mode)
        facts.add("subnet", ([network.subnet] + (network.subnet6.map { [$0] } ?? [])).joined(separator: ", "))
        facts.add("hub addresses", network.hubAddresses.joined(separator: ", "))
        facts.add("listen port", "\(network.listenPort)")
        facts.add("public key", network.publicKey)
        facts.add("endpoint host", network.endpointHost)
        facts.add("tunnel", network.mode == "gateway" ? network.tunnel : nil)
        facts.add("custom CIDRs", network.customCIDRs.joined(separator: ", "))
        facts.add("DNS servers", network.dnsServers.joined(separator: ", "))
        facts.add("search domains", network.searchDomains.joined(separator: ", "))
        facts.add("MTU", network.mtu.map { "\($0)" })
        facts.add("peers", "\(network.peers)")
        facts.add("created", HumanText.ago(network.createdAt, now: now))
        facts.add("changed", HumanText.ago(network.updatedAt, now: now))
        return facts.rendered()
    }
}

/// All networks as they are printed.
struct NetworkListView: Renderable {
    let networks: [NetworkMessage]

    var json: [NetworkView.JSON] { networks.map { NetworkView(network: $0).json } }

    func table(now: Int64) -> String {
        var table = TextTable(
            ["ID", "NAME", "INTERFACE", "MODE", "SUBNET", "PORT", "PEERS", "STATE"], rightAligned: [0, 5, 6])
        for network in networks {
            table.append([
                "\(network.id)", network.name, network.interface, network.mode, network.subnet,
                "\(network.listenPort)", "\(network.peers)", NetworkView(network: network).state,
            ])
        }
        return table.rendered()
    }
}
