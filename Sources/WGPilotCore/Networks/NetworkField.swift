/// The fields of a network under the names that requests, errors and JSON have for them.
public enum NetworkField: String, Sendable {
    case name, mode, subnet, subnet6, interface, tunnel, mtu, enabled, nat, custody
    case listenPort = "listen_port"
    case dnsServers = "dns_servers"
    case searchDomains = "search_domains"
    case endpointHost = "endpoint_host"
    case peersMayTalk = "peers_may_talk"
    case driftPolicy = "drift_policy"
    case hubAddress = "hub_address"
    case customCIDRs = "custom_cidrs"
    case bandwidthUp = "bandwidth_up_kbps"
    case bandwidthDown = "bandwidth_down_kbps"
}
