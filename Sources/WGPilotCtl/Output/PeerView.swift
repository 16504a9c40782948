import WGPilotProtocol

/// A peer as it is printed.
struct PeerView: Renderable {
    let peer: PeerMessage

    /// The shape for programs: the fields of the HTTP API's `Peer`, and ours beside them. docs/cli.md lists it.
    struct JSON: Encodable {
        let id: Int64
        let network_id: Int64
        let name: String
        let email: String
        let public_key: String
        let allowed_ips: String
        let endpoint: String
        let persistent_keepalive: UInt16
        let role: String
        let site_networks: String
        let enabled: Bool
        let online: Bool
        let last_handshake: Int64
        let transfer_rx: UInt64
        let transfer_tx: UInt64
        let created_at: Int64
        let updated_at: Int64
        let addresses: [String]
        let hub_keepalive: UInt16
        let kernel_keepalive: UInt16?
        let tunnel: String?
        let extra_cidrs: [String]
        let dns_servers: [String]?
        let mtu: Int?
        let notes: String
        let tags: [String]
        let holds_private_key: Bool
        let has_preshared_key: Bool
    }

    var json: JSON {
        JSON(
            id: peer.id, network_id: peer.networkID, name: peer.name, email: peer.email, public_key: peer.publicKey,
            allowed_ips: allowedIPs, endpoint: peer.status?.endpoint ?? peer.endpoint ?? "",
            persistent_keepalive: peer.persistentKeepalive, role: peer.role,
            site_networks: peer.siteNetworks.joined(separator: ","), enabled: peer.enabled,
            online: peer.status?.online ?? false, last_handshake: peer.status?.latestHandshake ?? 0,
            transfer_rx: peer.status?.received ?? 0, transfer_tx: peer.status?.sent ?? 0, created_at: peer.createdAt,
            updated_at: peer.updatedAt, addresses: peer.addresses, hub_keepalive: peer.hubKeepalive,
            kernel_keepalive: peer.status?.persistentKeepalive, tunnel: peer.tunnel, extra_cidrs: peer.extraCIDRs,
            dns_servers: peer.dnsServers, mtu: peer.mtu, notes: peer.notes, tags: peer.tags,
            holds_private_key: peer.holdsPrivateKey, has_preshared_key: peer.hasPresharedKey)
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

/// Peers as they are listed.
struct PeerListView: Renderable {
    let peers: [PeerMessage]

    var json: [PeerView.JSON] { peers.map { PeerView(peer: $0).json } }

    func table(now: Int64) -> String {
        var table = TextTable(
            ["ID", "NAME", "ADDRESS", "STATE", "LATEST HANDSHAKE", "RECEIVED", "SENT", "ENDPOINT"],
            rightAligned: [0, 5, 6])
        for peer in peers {
            table.append([
                "\(peer.id)", peer.name, peer.addresses.joined(separator: ","), PeerView(peer: peer).state,
                HumanText.ago(peer.status?.latestHandshake, now: now), HumanText.bytes(peer.status?.received ?? 0),
                HumanText.bytes(peer.status?.sent ?? 0), peer.status?.endpoint ?? peer.endpoint ?? "-",
            ])
        }
        return table.rendered()
    }
}
