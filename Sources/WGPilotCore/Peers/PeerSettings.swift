/// What a person chooses for a peer. Each value is valid by itself; ``validate(in:)`` checks them together.
public struct PeerSettings: Hashable, Sendable {
    /// The name, unique in its network.
    public var name: DisplayName
    /// Whose device it is; empty where nobody said.
    public var email = ""
    /// What stands behind the peer.
    public var role: PeerRole = .client
    /// The networks behind a site gateway.
    public var siteNetworks: [IPPrefix] = []
    /// Where the hub first sends to, for a peer that waits for the hub; the kernel follows the peer from then on.
    public var endpoint: SocketEndpoint?
    /// Seconds between keepalives that the *client* sends; 0 is off.
    public var persistentKeepalive: UInt16 = PeerSettings.defaultPersistentKeepalive
    /// Seconds between keepalives that the *hub* sends; 0 is off. A hub that keeps calling peers that went away retries
    /// handshakes for ever, so it is off unless asked for.
    public var hubKeepalive: UInt16 = 0
    /// Full or split tunnel where it differs from the network's.
    public var tunnel: TunnelScope?
    /// Further blocks that this client sends into a split tunnel.
    public var extraCIDRs: [IPPrefix] = []
    /// Name servers where they differ from the network's.
    public var dnsServers: [IPAddress]?
    /// Search domains where they differ from the network's.
    public var searchDomains: [String]?
    /// Blocks that this client keeps out of its tunnel, whatever else enters it.
    public var excludedCIDRs: [IPPrefix] = []
    /// The client's MTU where it differs from the network's.
    public var mtu: Int?
    /// Free text; may have line breaks.
    public var notes = ""
    /// Words to group peers by.
    public var tags: [String] = []
    /// Whether the peer is in the kernel.
    public var enabled = true
    /// When it is switched off by itself, in seconds since 1970-01-01 UTC; nil for never.
    public var expiresAt: Int64?
    /// How much of what it sends passes, in kbit/s; nil is as the network has it, 0 is no limit.
    public var bandwidthUp: Int64?
    /// How much of what is sent to it passes, in kbit/s; nil is as the network has it, 0 is no limit.
    public var bandwidthDown: Int64?

    /// The interval that wg(8) recommends for a client behind address translation.
    public static let defaultPersistentKeepalive: UInt16 = 25

    /// The most blocks that are kept out of a tunnel: each may part another into as many as an address has bits.
    static let mostExcludedCIDRs = 64

    /// The latest expiry: the year 9999 in UTC ends a second later, and with it what RFC 3339 can write.
    static let latestExpiry: Int64 = 253_402_300_799

    /// Makes settings with everything but the name at its default.
    public init(name: DisplayName) {
        self.name = name
    }

    /// All faults of the settings taken together and in this network, each with the field it is about.
    public func validate(in network: NetworkSettings) -> [(field: PeerField, fault: InvalidValue)] {
        var faults: [(field: PeerField, fault: InvalidValue)] = []
        func fault(_ field: PeerField, _ message: String) { faults.append((field, InvalidValue(message))) }
        if !email.isEmpty && !Self.isEmail(email) {
            fault(.email, "\(email.quotedForMessage) is not an e-mail address")
        }
        if role == .siteGateway && network.mode != .siteToSite {
            fault(.role, "a site gateway needs a network of mode site-to-site; this one is \(network.mode.rawValue)")
        }
        if role == .client && !siteNetworks.isEmpty {
            fault(.siteNetworks, "only a peer of role site-gateway has networks behind it")
        }
        if role == .siteGateway && siteNetworks.isEmpty {
            fault(.siteNetworks, "a site gateway has at least one network behind it")
        }
        for (index, block) in siteNetworks.enumerated() {
            if block.length < (block.address.isV4 ? 8 : 16) {
                fault(.siteNetworks, "\(block) is too wide for a site: at most a /8, in IPv6 a /16")
            } else if let special = (AddressPlan.unusable + AddressPlan.unusable6 + [AddressPlan.linkLocal]).first(
                where: {
                    $0.block.overlaps(block)
                })
            {
                fault(.siteNetworks, "\(block) is \(special.why)")
            }
            if block.overlaps(network.subnet) || network.subnet6?.overlaps(block) == true {
                fault(.siteNetworks, "\(block) overlaps the network's own subnet")
            }
            if let other = siteNetworks[..<index].first(where: { $0.overlaps(block) }) {
                fault(.siteNetworks, "\(block) overlaps \(other)")
            }
        }
        if network.mode != .gateway && tunnel != nil {
            fault(.tunnel, "full and split tunnel are for networks of mode gateway")
        }
        if !extraCIDRs.isEmpty && (network.mode != .gateway || (tunnel ?? network.tunnel) == .full) {
            fault(.extraCIDRs, "further blocks are for split tunnels")
        }
        if let mtu, !NetworkSettings.mtuRange.contains(mtu) {
            let range = NetworkSettings.mtuRange
            fault(.mtu, "an MTU is \(range.lowerBound) to \(range.upperBound) bytes")
        }
        faults += NetworkSettings.faults(ofSearchDomains: searchDomains ?? []).map { (.searchDomains, $0) }
        if excludedCIDRs.count > Self.mostExcludedCIDRs {
            fault(.excludedCIDRs, "at most \(Self.mostExcludedCIDRs) blocks are kept out of a tunnel")
        } else if !excludedCIDRs.isEmpty
            && AllowedIPsPolicy.clientSide(network: network, peer: self, otherSites: []).isEmpty
        {
            fault(.excludedCIDRs, "these blocks leave nothing that would enter the tunnel")
        }
        if let expiresAt, !(1...Self.latestExpiry).contains(expiresAt) {
            fault(.expiresAt, "an expiry is a time in seconds since 1970-01-01 UTC, up to the year 9999")
        }
        if let kbps = bandwidthUp, let wrong = BandwidthLimit.fault(kbps) { faults.append((.bandwidthUp, wrong)) }
        if let kbps = bandwidthDown, let wrong = BandwidthLimit.fault(kbps) { faults.append((.bandwidthDown, wrong)) }
        if notes.utf8.count > 4096 { fault(.notes, "notes have at most 4096 bytes") }
        if notes.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\n" }) {
            fault(.notes, "notes must not contain control characters other than line breaks")
        }
        if tags.count > 32 || Set(tags).count != tags.count { fault(.tags, "at most 32 tags, each once") }
        for tag in tags where !Self.isTag(tag) {
            fault(.tags, "\(tag.quotedForMessage) is not a tag: 1 to 32 letters, digits, '-', '_' or '.'")
        }
        return faults
    }

    /// One `@` between a local part and a domain, at most 254 bytes (RFC 5321 §4.5.3.1.3), nothing that could break a
    /// header. Whether mail arrives is for the mail server to say.
    public static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return false }
        return EndpointHost.isDNSName(parts[1])
            && parts[0].unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && ![.control, .format].contains($0.properties.generalCategory)
                    && !"<>()[],;:\\\"".unicodeScalars.contains($0)
            }
    }

    /// Whether this is a word that peers can be grouped by.
    static func isTag(_ text: String) -> Bool {
        (1...32).contains(text.count) && text.utf8.count <= 128 && mayBeInTag(text)
    }

    /// Whether the text has only what tags have.
    public static func mayBeInTag(_ text: String) -> Bool {
        text.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
    }
}
