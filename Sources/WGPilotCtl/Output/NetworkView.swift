import WGPilotProtocol

/// A network as it is printed.
struct NetworkView: Renderable {
    let network: NetworkMessage

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", network.id)
            json.field("name", network.name)
            json.field("interface", network.interface)
            json.field("mode", network.mode)
            json.field("subnet", network.subnet)
            json.field("subnet6", network.subnet6)
            json.field("listen_port", network.listenPort)
            json.field("public_key", network.publicKey)
            json.field("addresses", network.hubAddresses)
            json.field("dns_servers", network.dnsServers)
            json.field("search_domains", network.searchDomains)
            json.field("mtu", network.mtu)
            json.field("link_mtu", network.linkMTU)
            json.field("endpoint_host", network.endpointHost)
            json.field("tunnel", network.tunnel)
            json.field("custom_cidrs", network.customCIDRs)
            json.field("nat", network.nat)
            json.field("peers_may_talk", network.peersMayTalk)
            json.field("drift_policy", network.driftPolicy)
            json.field("custody", network.custody)
            json.field("enabled", network.enabled)
            json.field("up", network.isUp)
            json.field("peers", network.peers)
            json.field("created_at", network.createdAt)
            json.field("updated_at", network.updatedAt)
        }
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
        facts.add("MTU now", network.linkMTU.map { "\($0)" })
        facts.add("NAT", network.nat.map { $0 ? "yes" : "no" })
        facts.add("peers may talk", network.peersMayTalk.map { $0 ? "yes" : "no" })
        facts.add("drift policy", network.driftPolicy)
        facts.add("custody of keys", network.custody)
        facts.add("peers", "\(network.peers)")
        facts.add("created", HumanText.ago(network.createdAt, now: now))
        facts.add("changed", HumanText.ago(network.updatedAt, now: now))
        return facts.rendered()
    }
}

/// All networks as they are printed.
struct NetworkListView: Renderable {
    let networks: [NetworkMessage]

    func write(to json: inout JSONText) {
        json.array(networks) { NetworkView(network: $1).write(to: &$0) }
    }

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
