/// The fields of a peer under the names that requests, errors and JSON have for them.
public enum PeerField: String, Sendable {
    case name, email, role, address, endpoint, notes, tags, tunnel, mtu, enabled, custody
    case publicKey = "public_key"
    case presharedKey = "preshared_key"
    case siteNetworks = "site_networks"
    case persistentKeepalive = "persistent_keepalive"
    case hubKeepalive = "hub_keepalive"
    case extraCIDRs = "extra_cidrs"
    case dnsServers = "dns_servers"
    case searchDomains = "search_domains"
    case excludedCIDRs = "excluded_cidrs"
    case expiresAt = "expires_at"
    case bandwidthUp = "bandwidth_up_kbps"
    case bandwidthDown = "bandwidth_down_kbps"
}
