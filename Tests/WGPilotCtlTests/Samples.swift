import WGPilotProtocol

/// Messages in which every field has a value, for tests of how they are printed.
enum Samples {
    static let peer = PeerMessage(
        id: 7, networkID: 2, name: "laptop", email: "anna@example.org",
        publicKey: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", addresses: ["10.8.0.7", "fd00:8::7"],
        role: "site-gateway", siteNetworks: ["192.168.1.0/24", "fd01::/64"], endpoint: "192.0.2.1:51820",
        persistentKeepalive: 25, hubKeepalive: 0, tunnel: "split", extraCIDRs: ["172.16.0.0/12"],
        dnsServers: ["192.0.2.53"], mtu: 1420, notes: "first\nsecond", tags: ["a", "b"], enabled: true,
        holdsPrivateKey: true, hasPresharedKey: true, createdAt: 1000, updatedAt: 2000,
        status: PeerStatusMessage(
            endpoint: "203.0.113.9:1024", latestHandshake: 3000, received: 1536, sent: 10, persistentKeepalive: 5,
            online: true), searchDomains: ["lan.example"], excludedCIDRs: ["192.168.0.0/16"], expiresAt: 5000,
        disabledReason: "operator", lastSeenAt: 2900, lastEndpoint: "203.0.113.9:1000",
        pendingPublicKey: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=", keysChangeAt: 4000, configFetchedAt: 2000,
        configStale: true, bandwidthUpKbps: 800, bandwidthDownKbps: 10_000)

    /// A peer without anything that may be absent.
    static let barePeer = PeerMessage(
        id: 12, networkID: 2, name: "日本", email: "", publicKey: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=",
        addresses: ["10.8.0.12"], role: "client", siteNetworks: [], persistentKeepalive: 0, hubKeepalive: 0,
        extraCIDRs: [], notes: "", tags: [], enabled: true, holdsPrivateKey: false, hasPresharedKey: false,
        createdAt: 1000, updatedAt: 2000)

    static let network = NetworkMessage(
        id: 2, name: "office", interface: "wg0", mode: "gateway", subnet: "10.8.0.0/24", subnet6: "fd00:8::/64",
        listenPort: 51820, publicKey: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", dnsServers: ["10.8.0.1"],
        searchDomains: ["example.org"], mtu: 1420, endpointHost: "vpn.example.org", tunnel: "full",
        customCIDRs: ["172.16.0.0/12"], enabled: true, createdAt: 1000, updatedAt: 2000,
        hubAddresses: ["10.8.0.1/24", "fd00:8::1/64"], peers: 2, isUp: true, nat: true, peersMayTalk: false,
        driftPolicy: "repair", linkMTU: 1380, custody: "once", bandwidthUpKbps: 2000,
        bandwidthDownKbps: 20_000)

    static let info = SystemInfo(
        version: "9.9.9", backend: "kernel", backendVersion: "1.0.0", role: "admin", networks: 1, peers: 2,
        endpointHost: "192.0.2.1", endpointIsGuess: true, startedAt: 940,
        pending: ["network office: the interface is missing"], foreignInterfaces: ["wg9"])

    static let bridge = BridgeMessage(
        id: 3, networkA: "office", networkB: "lab", direction: "a_to_b",
        allowedCIDRs: ["10.9.0.0/25", "192.168.1.0/24"], enabled: true, createdAt: 1000, updatedAt: 2000)

    static let rule = RuleMessage(
        id: 11, tag: "phones", position: 2, action: "deny", destination: "site:office/branch", transport: "tcp",
        ports: ["443", "8000-8100"], comment: "no printers", enabled: true, createdAt: 1000, updatedAt: 2000)

    /// A rule without anything that may be absent or empty.
    static let bareRule = RuleMessage(
        id: 4, peer: "office/laptop", position: 1, action: "allow", destination: "any", transport: "any", ports: [],
        comment: "", enabled: false, createdAt: 1000, updatedAt: 2000)

    static let drift = DriftReply(
        checks: [
            CheckMessage(name: "backend", result: "ok", message: "kernel 1.0.0"),
            CheckMessage(name: "firewall", result: "warning", message: "another table drops what is forwarded"),
            CheckMessage(name: "forwarding", result: "fault", message: "net.ipv4.ip_forward is 0"),
            CheckMessage(name: "weather", result: "fair", message: "a later version knows more"),
        ],
        findings: [
            FindingMessage(
                network: "office", item: "mtu", message: "set the MTU of wg0 to 1420", canAdopt: true, foundAt: 940,
                isIgnored: false),
            FindingMessage(
                network: "office", item: "peer 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=",
                message: "remove the peer", canAdopt: false, foundAt: 700, isIgnored: true),
        ],
        repairs: [RepairMessage(place: "wg0", steps: ["set wg0 up", "add 10.8.0.1/24"], repairedAt: 940)],
        foreignInterfaces: ["wg9"], settingsChanged: ["net.ipv4.ip_forward was 0"])

    static let reach = ReachReply(
        paths: [
            ReachMessage(
                source: "10.8.0.2", destination: "10.8.0.3", allowed: true, reason: "an access rule allows it",
                rule: 7, bridge: 3),
            ReachMessage(
                source: "fd00:8::2", destination: "fd00:8::3", allowed: false, reason: "the peers may not talk"),
        ],
        notes: ["office/laptop does not send there"])
}
