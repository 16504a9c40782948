import WGPilotProtocol

/// A peer as it is printed.
struct PeerView: Renderable {
    let peer: PeerMessage

    func write(to json: inout JSONText) {
        // First the fields of the HTTP API's `Peer`, as the specification has them, then ours.
        json.object { json in
            json.field("id", peer.id)
            json.field("network_id", peer.networkID)
            json.field("name", peer.name)
            json.field("email", peer.email)
            json.field("public_key", peer.publicKey)
            json.field("allowed_ips", allowedIPs)
            json.field("endpoint", peer.status?.endpoint ?? peer.endpoint ?? "")
            json.field("persistent_keepalive", peer.persistentKeepalive)
            json.field("role", peer.role)
            json.field("site_networks", peer.siteNetworks.joined(separator: ","))
            json.field("enabled", peer.enabled)
            json.field("online", peer.status?.online ?? false)
            json.field("last_handshake", peer.status?.latestHandshake ?? 0)
            json.field("transfer_rx", peer.status?.received ?? 0)
            json.field("transfer_tx", peer.status?.sent ?? 0)
            json.field("created_at", peer.createdAt)
            json.field("updated_at", peer.updatedAt)
            json.field("addresses", peer.addresses)
            json.field("hub_keepalive", peer.hubKeepalive)
            json.field("kernel_keepalive", peer.status?.persistentKeepalive)
            json.field("tunnel", peer.tunnel)
            json.field("extra_cidrs", peer.extraCIDRs)
            json.field("dns_servers", peer.dnsServers)
            json.field("mtu", peer.mtu)
            json.field("notes", peer.notes)
            json.field("tags", peer.tags)
            json.field("holds_private_key", peer.holdsPrivateKey)
            json.field("has_preshared_key", peer.hasPresharedKey)
        }
    }

    /// What the hub accepts from the peer: its addresses and the networks behind it.
    private var allowedIPs: String {
        (peer.addresses.map { $0 + ($0.utf8.contains(UInt8(ascii: ":")) ? "/128" : "/32") } + peer.siteNetworks)
            .joined(separator: ",")
    }

    /// `online`, `offline` or `disabled`.
    var state: String {
        if !peer.enabled { return "disabled" }
        return peer.status?.online == true ? "online" : "offline"
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("name", peer.name)
        facts.add("id", "\(peer.id)")
        facts.add("state", state)
        facts.add("addresses", peer.addresses.joined(separator: ", "))
        facts.add("public key", peer.publicKey)
        facts.add("preshared key", peer.hasPresharedKey ? "yes" : "no")
        facts.add("private key", peer.holdsPrivateKey ? "held here, sealed" : "kept by the client")
        facts.add("role", peer.role)
        facts.add("site networks", peer.siteNetworks.joined(separator: ", "))
        facts.add("e-mail", peer.email)
        facts.add("endpoint", peer.status?.endpoint ?? peer.endpoint)
        facts.add("latest handshake", HumanText.ago(peer.status?.latestHandshake, now: now))
        facts.add(
            "transfer",
            peer.status.map { "\(HumanText.bytes($0.received)) received, \(HumanText.bytes($0.sent)) sent" })
        facts.add("persistent keepalive", interval(peer.persistentKeepalive))
        facts.add("hub keepalive", interval(peer.hubKeepalive))
        facts.add("kernel keepalive", (peer.status?.persistentKeepalive).map(interval))
        facts.add("tunnel", peer.tunnel)
        facts.add("extra CIDRs", peer.extraCIDRs.joined(separator: ", "))
        facts.add("DNS servers", peer.dnsServers?.joined(separator: ", "))
        facts.add("MTU", peer.mtu.map { "\($0)" })
        facts.add("tags", peer.tags.joined(separator: ", "))
        facts.add("notes", peer.notes.split(separator: "\n").joined(separator: " / "))
        facts.add("created", HumanText.ago(peer.createdAt, now: now))
        facts.add("changed", HumanText.ago(peer.updatedAt, now: now))
        return facts.rendered()
    }

    private func interval(_ seconds: UInt16) -> String { seconds == 0 ? "off" : "every \(seconds) s" }
}
