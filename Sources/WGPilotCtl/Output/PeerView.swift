import WGPilotCore
import WGPilotJSON
import WGPilotProtocol

/// A peer as it is printed.
struct PeerView: Renderable {
    let peer: PeerMessage
    /// What would bite in its configuration; nil where nobody looked.
    var findings: [ConfigurationFindingMessage]?
    /// Its configuration, where it is to be printed.
    var configuration: String?

    func write(to json: inout JSONText) {
        json.object { json in
            peer.writeFields(to: &json)
            if let findings { json.field("findings", findings) }
            json.field("configuration", configuration)
        }
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
        switch peer.keptCustody {
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
        facts.add("latest handshake", HumanText.ago(peer.latestHandshake, now: now))
        facts.add("last endpoint", peer.status?.endpoint == nil ? peer.lastEndpoint : nil)
        facts.add(
            "transfer",
            peer.status.map { "\(HumanText.bytes($0.received)) received, \(HumanText.bytes($0.sent)) sent" })
        facts.add("persistent keepalive", Self.interval(peer.persistentKeepalive))
        facts.add("hub keepalive", Self.interval(peer.hubKeepalive))
        facts.add("kernel keepalive", kernelKeepalive)
        facts.add("bandwidth up", peer.bandwidthUpKbps.map(BandwidthLimit.text))
        facts.add("bandwidth down", peer.bandwidthDownKbps.map(BandwidthLimit.text))
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

    /// The keepalive interval of the hub as the kernel has it, and that it should be another one, where it should; nil
    /// where the kernel does not have the peer.
    var kernelKeepalive: String? {
        guard let seconds = peer.status?.persistentKeepalive else { return nil }
        if seconds == peer.hubKeepalive { return Self.interval(seconds) }
        return "\(Self.interval(seconds)), to be \(Self.interval(peer.hubKeepalive))"
    }

    private func configurationState(_ now: Int64) -> String {
        guard let fetched = peer.configFetchedAt else { return "never fetched" }
        let when = "fetched \(HumanText.ago(fetched, now: now))"
        return peer.configStale.map { $0 ? "\(when), must be imported again" : "\(when), up to date" } ?? when
    }

    /// A keepalive interval as people read it.
    static func interval(_ seconds: UInt16) -> String { seconds == 0 ? "off" : "every \(seconds) s" }
}
