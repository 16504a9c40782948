import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer edit`.
struct PeerEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes a peer in place; what is not named stays.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(help: "The new name.")
    var name: String?

    @Option(help: ArgumentHelp("Whose device it is; empty for nobody's.", valueName: "address"))
    var email: String?

    @Option(help: "client or site-gateway.")
    var role: String?

    @Option(help: ArgumentHelp("The new networks behind a site gateway, separated by commas.", valueName: "cidrs"))
    var siteNetworks: String?

    @Option(help: ArgumentHelp("The new tunnel address.", valueName: "address"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "A preshared key: new, none, a file that has it, or - for standard input.", valueName: "new|none|path"))
    var presharedKey: String?

    @Option(help: ArgumentHelp("Where the hub first finds the peer.", valueName: "address:port"))
    var endpoint: String?

    @Option(help: ArgumentHelp("Seconds between the client's keepalives; 0 is off.", valueName: "seconds"))
    var persistentKeepalive: Int64?

    @Option(help: ArgumentHelp("Seconds between the hub's keepalives; 0 is off.", valueName: "seconds"))
    var hubKeepalive: Int64?

    @Option(help: "full or split, where it differs from the network's.")
    var tunnel: String?

    @Option(
        name: .customLong("extra-cidrs"),
        help: ArgumentHelp("Further blocks for this client's split tunnel, separated by commas.", valueName: "cidrs"))
    var extraCIDRs: String?

    @Option(help: ArgumentHelp("Name servers where they differ from the network's.", valueName: "addresses"))
    var dnsServers: String?

    @Option(
        help: ArgumentHelp(
            "Search domains where they differ from the network's, separated by commas.", valueName: "domains"))
    var searchDomains: String?

    @Option(
        help: ArgumentHelp(
            "Blocks that this client keeps out of its tunnel, separated by commas.", valueName: "cidrs"))
    var exclude: String?

    @Option(help: ArgumentHelp("The client's MTU where it differs from the network's.", valueName: "bytes"))
    var mtu: Int64?

    @Option(help: "Free text.")
    var notes: String?

    @Option(help: ArgumentHelp("Words to group peers by, separated by commas.", valueName: "words"))
    var tags: String?

    @Option(
        help: ArgumentHelp(
            """
            Fields to set back to their default, separated by commas: endpoint, tunnel, dns_servers, mtu, \
            search_domains, expires_at, bandwidth_up_kbps, bandwidth_down_kbps.
            """,
            valueName: "fields"))
    var clear: String?

    @Option(help: "once forgets the private key that is held here. Any other change takes new keys: peer rotate.")
    var custody: String?

    @Option(
        help: ArgumentHelp(
            """
            Disable the peer by itself: after 30d or 12h, at the end of 2027-07-30 (UTC), at 2027-07-30T14:05:09Z, or \
            never.
            """, valueName: "time"))
    var expires: ExpiryArgument?

    @Option(
        name: .customLong("bandwidth-up"),
        help: ArgumentHelp(
            "How much of what the peer sends passes: kbit/s, 10M or 1G; none for no limit.", valueName: "rate"))
    var bandwidthUp: BandwidthArgument?

    @Option(
        name: .customLong("bandwidth-down"),
        help: ArgumentHelp(
            "How much of what is sent to the peer passes: kbit/s, 10M or 1G; none for no limit.", valueName: "rate"))
    var bandwidthDown: BandwidthArgument?

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try PresharedKeyArgument.validate(presharedKey)
    }

    func run() async throws {
        let expiresAt = expires?.seconds(now: OutputFormat.now)
        var clear = ListArgument.split(clear)
        if expires != nil, expiresAt == nil { clear = (clear ?? []) + ["expires_at"] }
        let request = UpdatePeerRequest(
            network: peer.network, peer: peer.peer, name: name, email: email, role: role,
            siteNetworks: ListArgument.split(siteNetworks), address: address,
            presharedKey: try PresharedKeyArgument.read(presharedKey, words: ["new", "none"]), endpoint: endpoint,
            persistentKeepalive: persistentKeepalive, hubKeepalive: hubKeepalive, tunnel: tunnel,
            extraCIDRs: ListArgument.split(extraCIDRs), dnsServers: ListArgument.split(dnsServers), mtu: mtu,
            notes: notes, tags: ListArgument.split(tags), clear: clear, custody: custody,
            searchDomains: ListArgument.split(searchDomains), excludedCIDRs: ListArgument.split(exclude),
            expiresAt: expiresAt, bandwidthUpKbps: bandwidthUp?.kbps, bandwidthDownKbps: bandwidthDown?.kbps,
            options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(PeersService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
