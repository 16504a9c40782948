import WGPilotCore
import WGPilotJSON
import WGPilotProtocol

/// A network as it is printed.
struct NetworkView: Renderable {
    let network: NetworkMessage

    func write(to json: inout JSONText) {
        network.write(to: &json)
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
        facts.add("bandwidth up", network.bandwidthUpKbps.map(BandwidthLimit.text))
        facts.add("bandwidth down", network.bandwidthDownKbps.map(BandwidthLimit.text))
        facts.add("peers", "\(network.peers)")
        if let statistics = network.statistics {
            let view = LinkStatisticsView(statistics: statistics)
            facts.add("received", view.received)
            facts.add("sent", view.sent)
        }
        facts.add("created", HumanText.ago(network.createdAt, now: now))
        facts.add("changed", HumanText.ago(network.updatedAt, now: now))
        return facts.rendered()
    }
}

/// All networks as they are printed.
struct NetworkListView: FittingRenderable {
    let networks: [NetworkMessage]

    func write(to json: inout JSONText) {
        json.array(networks) { NetworkView(network: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "NAME", "INTERFACE", "MODE", "SUBNET", "PORT", "PEERS", "STATE", "RECEIVED", "SENT"],
            rightAligned: [0, 5, 6, 8, 9],
            leftOutFirst: ["SENT", "RECEIVED", "INTERFACE"])
        for network in networks {
            table.append([
                "\(network.id)", network.name, network.interface, network.mode, network.subnet,
                "\(network.listenPort)", "\(network.peers)", NetworkView(network: network).state,
                (network.statistics?.receivedBytes).map(HumanText.bytes) ?? "-",
                (network.statistics?.sentBytes).map(HumanText.bytes) ?? "-",
            ])
        }
        return table
    }
}
