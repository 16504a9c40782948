import WGPilotProtocol

/// A peer as it is printed.
struct PeerView: Renderable {
    let peer: PeerMessage
    /// What would bite in its configuration; nil where nobody looked.
    var findings: [ConfigurationFindingMessage]?
    /// Its configuration, where it is to be printed.
    var configuration: String?

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
            json.field("last_handshake", latestHandshake ?? 0)
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
            json.field("custody", custody)
            json.field("search_domains", peer.searchDomains)
            json.field("excluded_cidrs", peer.excludedCIDRs)
            json.field("expires_at", peer.expiresAt)
            json.field("disabled_reason", peer.disabledReason)
            json.field("last_endpoint", peer.lastEndpoint)
            json.field("pending_public_key", peer.pendingPublicKey)
            json.field("keys_change_at", peer.keysChangeAt)
            json.field("config_fetched_at", peer.configFetchedAt)
            json.field("config_stale", peer.configStale)
            if let findings {
                json.field("findings") { json in
                    json.array(findings) { json, finding in
                        json.object { json in
                            json.field("code", finding.code)
                            json.field("message", finding.message)
                        }
                    }
                }
            }
            json.field("configuration", configuration)
        }
    }

    /// `held`, `once` or `client`.
    private var custody: String { peer.custody ?? (peer.holdsPrivateKey ? "held" : "client") }

    /// The latest handshake that anybody remembers: the kernel, or the hub from before a restart of the machine.
    var latestHandshake: Int64? { peer.status?.latestHandshake ?? peer.lastSeenAt }

    /// What the hub accepts from the peer: its addresses and the networks behind it.
    private var allowedIPs: String {
        (peer.addresses.map { $0 + ($0.utf8.contains(UInt8(ascii: ":")) ? "/128" : "/32") } + peer.siteNetworks)
            .joined(separator: ",")
    }

    /// `online`, `offline`, `expired` or `disabled`.
    var state: String {
        if !peer.enabled { return peer.disabledReason == "expired" ? "expired" : "disabled" }
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
        switch custody {
        case "held": facts.add("private key", "held here, sealed")
        case "once": facts.add("private key", "shown once, not kept here")
        default: facts.add("private key", "kept by the client")
        }
        facts.add("next public key", peer.pendingPublicKey)
        facts.add("keys change", peer.keysChangeAt.map { HumanText.clock($0, now: now) })
        facts.add("expires", peer.expiresAt.map { HumanText.clock($0, now: now) })
        facts.add("role", peer.role)
        facts.add("site networks", peer.siteNetworks.joined(separator: ", "))
        facts.add("e-mail", peer.email)
        facts.add("endpoint", peer.status?.endpoint ?? peer.endpoint)
        facts.add("latest handshake", HumanText.ago(latestHandshake, now: now))
        facts.add("last endpoint", peer.status?.endpoint == nil ? peer.lastEndpoint : nil)
        facts.add(
            "transfer",
            peer.status.map { "\(HumanText.bytes($0.received)) received, \(HumanText.bytes($0.sent)) sent" })
        facts.add("persistent keepalive", interval(peer.persistentKeepalive))
        facts.add("hub keepalive", interval(peer.hubKeepalive))
        facts.add("kernel keepalive", (peer.status?.persistentKeepalive).map(interval))
        facts.add("tunnel", peer.tunnel)
        facts.add("extra CIDRs", peer.extraCIDRs.joined(separator: ", "))
        facts.add("DNS servers", peer.dnsServers?.joined(separator: ", "))
        facts.add("search domains", peer.searchDomains?.joined(separator: ", "))
        facts.add("excluded CIDRs", peer.excludedCIDRs.joined(separator: ", "))
        facts.add("MTU", peer.mtu.map { "\($0)" })
        facts.add("tags", peer.tags.joined(separator: ", "))
        facts.add("notes", peer.notes.split(separator: "\n").joined(separator: " / "))
        facts.add("configuration", configurationState(now))
        facts.add("created", HumanText.ago(peer.createdAt, now: now))
        facts.add("changed", HumanText.ago(peer.updatedAt, now: now))
        return facts.rendered()
    }

    private func configurationState(_ now: Int64) -> String {
        guard let fetched = peer.configFetchedAt else { return "never fetched" }
        let when = "fetched \(HumanText.ago(fetched, now: now))"
        return peer.configStale.map { $0 ? "\(when), must be imported again" : "\(when), up to date" } ?? when
    }

    private func interval(_ seconds: UInt16) -> String { seconds == 0 ? "off" : "every \(seconds) s" }
}
