import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol

extension NetworkMessage {
    /// A network as it goes over the wire.
    init(_ network: Network, peers: Int64, isUp: Bool?, link: LinkInfo?) {
        let settings = network.settings
        self.init(
            id: network.id, name: settings.name.description, interface: network.interface.description,
            mode: settings.mode.rawValue, subnet: settings.subnet.description,
            subnet6: settings.subnet6?.description, listenPort: settings.listenPort,
            publicKey: network.publicKey.description, dnsServers: settings.dnsServers.map(\.description),
            searchDomains: settings.searchDomains, mtu: settings.mtu,
            endpointHost: settings.endpointHost?.description, tunnel: settings.tunnel.rawValue,
            customCIDRs: settings.customCIDRs.map(\.description), enabled: settings.enabled,
            createdAt: network.createdAt, updatedAt: network.updatedAt,
            hubAddresses: network.hubAddresses.map(\.description), peers: peers, isUp: isUp, nat: settings.nat,
            peersMayTalk: settings.peersMayTalk, driftPolicy: settings.driftPolicy.rawValue,
            linkMTU: (link?.mtu).map(Int64.init), custody: settings.custody.rawValue,
            bandwidthUpKbps: settings.bandwidthUp == BandwidthLimit.unlimited ? nil : settings.bandwidthUp,
            bandwidthDownKbps: settings.bandwidthDown == BandwidthLimit.unlimited ? nil : settings.bandwidthDown,
            statistics: (link?.statistics).map(LinkStatisticsMessage.init))
    }
}

extension LinkStatisticsMessage {
    /// An interface's counters as they go over the wire.
    fileprivate init(_ statistics: LinkStatistics) {
        self.init(
            receivedBytes: statistics.receivedBytes, receivedPackets: statistics.receivedPackets,
            receiveErrors: statistics.receiveErrors, receiveDrops: statistics.receiveDrops,
            sentBytes: statistics.sentBytes, sentPackets: statistics.sentPackets,
            sendErrors: statistics.sendErrors, sendDrops: statistics.sendDrops)
    }
}
