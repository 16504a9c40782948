public import WGPilotProtocol

extension PeerMessage: JSONObjectWritable {
    /// Writes the fields of the specification's `Peer`, then ours.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("network_id", networkID)
        json.field("name", name)
        json.field("email", email)
        json.field("public_key", publicKey)
        json.field("allowed_ips", allowedIPs.joined(separator: ","))
        json.field("endpoint", status?.endpoint ?? endpoint ?? "")
        json.field("persistent_keepalive", persistentKeepalive)
        json.field("role", role)
        json.field("site_networks", siteNetworks.joined(separator: ","))
        json.field("enabled", enabled)
        json.field("online", status?.online ?? false)
        json.field("last_handshake", latestHandshake ?? 0)
        json.field("transfer_rx", status?.received ?? 0)
        json.field("transfer_tx", status?.sent ?? 0)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
        json.field("addresses", addresses)
        json.field("hub_keepalive", hubKeepalive)
        json.field("kernel_keepalive", status?.persistentKeepalive)
        json.field("tunnel", tunnel)
        json.field("extra_cidrs", extraCIDRs)
        json.field("dns_servers", dnsServers)
        json.field("mtu", mtu)
        json.field("notes", notes)
        json.field("tags", tags)
        json.field("holds_private_key", holdsPrivateKey)
        json.field("has_preshared_key", hasPresharedKey)
        json.field("custody", keptCustody)
        json.field("search_domains", searchDomains)
        json.field("excluded_cidrs", excludedCIDRs)
        json.field("expires_at", expiresAt)
        json.field("disabled_reason", disabledReason)
        json.field("last_endpoint", lastEndpoint)
        json.field("pending_public_key", pendingPublicKey)
        json.field("keys_change_at", keysChangeAt)
        json.field("config_fetched_at", configFetchedAt)
        json.field("config_stale", configStale)
        json.field("bandwidth_up_kbps", bandwidthUpKbps)
        json.field("bandwidth_down_kbps", bandwidthDownKbps)
    }

    /// Who has the private key: `held`, `once` or `client`.
    public var keptCustody: String { custody ?? (holdsPrivateKey ? "held" : "client") }

    /// The latest handshake that anybody remembers: the kernel, or the hub from before a restart of the machine.
    public var latestHandshake: Int64? { status?.latestHandshake ?? lastSeenAt }

    /// What the hub accepts from the peer: its addresses and the networks behind it.
    public var allowedIPs: [String] {
        addresses.map { $0 + ($0.utf8.contains(UInt8(ascii: ":")) ? "/128" : "/32") } + siteNetworks
    }
}
