import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer add`.
struct PeerAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a peer: makes its keys, gives it an address, admits it.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Argument(help: "The peer's name, unique in the network.")
    var name: String

    @Option(help: ArgumentHelp("Whose device it is.", valueName: "address"))
    var email: String?

    @Option(help: "client or site-gateway.")
    var role: String?

    @Option(help: ArgumentHelp("The networks behind a site gateway, separated by commas.", valueName: "cidrs"))
    var siteNetworks: String?

    @Option(help: ArgumentHelp("The tunnel address. Default: the lowest free one.", valueName: "address"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "The client's public key, where the client keeps its private key to itself.", valueName: "key"))
    var publicKey: String?

    @Flag(help: "Make no preshared key.")
    var noPresharedKey = false

    @Option(
        help: ArgumentHelp(
            "A preshared key to use: a file that has it, or - for standard input. Default: a new one.",
            valueName: "path"))
    var presharedKey: String?

    @Option(
        help: ArgumentHelp(
            """
            Who has the private key: held (sealed here), once (shown now, then forgotten) or client (which made it and \
            gives --public-key). Default: the network's.
            """))
    var custody: String?

    @Option(help: ArgumentHelp("Where the hub first finds the peer.", valueName: "address:port"))
    var endpoint: String?

    @Option(help: ArgumentHelp("Seconds between the client's keepalives; 0 is off. Default: 25.", valueName: "seconds"))
    var persistentKeepalive: Int64?

    @Option(help: ArgumentHelp("Seconds between the hub's keepalives. Default: off.", valueName: "seconds"))
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

    @Flag(help: "Create the peer without admitting it.")
    var disabled = false

    @Option(
        help: ArgumentHelp(
            "Disable the peer by itself: after 30d or 12h, at the end of 2027-07-30 (UTC), or at 2027-07-30T14:05:09Z.",
            valueName: "time"))
    var expires: ExpiryArgument?

    @Option(
        name: .customLong("bandwidth-up"),
        help: ArgumentHelp(
            "How much of what the peer sends passes: kbit/s, 10M or 1G; none for no limit. Default: the network's.",
            valueName: "rate"))
    var bandwidthUp: BandwidthArgument?

    @Option(
        name: .customLong("bandwidth-down"),
        help: ArgumentHelp(
            "How much of what is sent to the peer passes: kbit/s, 10M or 1G; none for no limit. Default: the network's.",
            valueName: "rate"))
    var bandwidthDown: BandwidthArgument?

    @Option(
        help: ArgumentHelp(
            "Create so many peers, all or none; the name has a place for the number: sensor-{n}, or sensor-{nnn} for 001.",
            valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("With --count: the number of the first. Default: 1.", valueName: "number"))
    var start: Int?

    @OptionGroup var configuration: ConfigurationArguments

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, !(1...5000).contains(count) { throw ValidationError("--count is 1 to 5000") }
        if let start, count == nil || !(0...999_999_999).contains(start) {
            throw ValidationError("--start goes with --count, and is 0 to 999999999")
        }
        if count != nil, address != nil || publicKey != nil || siteNetworks != nil {
            throw ValidationError("--address, --public-key and --site-networks are for one peer: leave out --count")
        }
        try PresharedKeyArgument.validate(presharedKey)
        if noPresharedKey && presharedKey != nil {
            throw ValidationError("--preshared-key and --no-preshared-key: only one of them can be given")
        }
    }

    func run() async throws {
        var request = CreatePeerRequest(
            network: network, name: name, email: email, role: role, siteNetworks: ListArgument.split(siteNetworks),
            address: address, publicKey: publicKey,
            presharedKey: noPresharedKey ? "none" : try PresharedKeyArgument.read(presharedKey, words: ["none"]),
            endpoint: endpoint,
            persistentKeepalive: persistentKeepalive, hubKeepalive: hubKeepalive, tunnel: tunnel,
            extraCIDRs: ListArgument.split(extraCIDRs), dnsServers: ListArgument.split(dnsServers), mtu: mtu,
            notes: notes, tags: ListArgument.split(tags), enabled: disabled ? false : nil,
            custody: custody, searchDomains: ListArgument.split(searchDomains),
            excludedCIDRs: ListArgument.split(exclude), expiresAt: expires?.seconds(now: OutputFormat.now),
            returnConfiguration: configuration.isWanted, bandwidthUpKbps: bandwidthUp?.kbps,
            bandwidthDownKbps: bandwidthDown?.kbps, options: change.options)
        if let count {
            let pattern = try NamePattern(name)
            (request.network, request.options) = ("", nil)
            let peers = (0..<count).map { index in
                var request = request
                request.name = pattern.name((start ?? 1) + index)
                return request
            }
            let batch = CreatePeersRequest(network: network, peers: peers, options: change.options)
            return try await connection.withDaemon { daemon in
                let reply = try await ProgressBar.during(
                    "adding \(count) peers", isLong: count >= ProgressBar.longCall
                ) {
                    try await change.call(PeersService.createBatch, batch, on: daemon)
                }
                try change.conclude(reply, as: connection.output)
            }
        }
        try await connection.withDaemon { [request] daemon in
            let reply = try await configuration.taking(connection.output, isDryRun: change.dryRun) {
                try await change.call(PeersService.create, request, on: daemon)
            }
            try change.conclude(
                reply, as: connection.output, printing: configuration.printConfig,
                writtenTo: change.dryRun ? nil : configuration.configFile)
        }
    }
}
