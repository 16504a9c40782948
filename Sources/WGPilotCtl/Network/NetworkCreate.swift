import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network create`.
struct NetworkCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Creates a network and brings its interface up.")

    @Argument(help: "The name, unique on the hub.")
    var name: String

    @Option(help: "What the network is for: gateway, site-to-site or hub-routed.")
    var mode: String = "gateway"

    @Option(help: ArgumentHelp("The IPv4 block, such as 10.8.0.0/24.", valueName: "cidr"))
    var subnet: String

    @Option(name: .customLong("subnet6"), help: ArgumentHelp("The IPv6 block for dual stack.", valueName: "cidr"))
    var subnet6: String?

    @Flag(help: "Dual stack with a unique local IPv6 block made at random (RFC 4193).")
    var ipv6 = false

    @Option(help: ArgumentHelp("The UDP port. Default: the next free one from 51820 on.", valueName: "port"))
    var listenPort: Int64?

    @Option(help: ArgumentHelp("Name servers for clients, separated by commas.", valueName: "addresses"))
    var dnsServers: String?

    @Option(help: ArgumentHelp("Search domains for clients, separated by commas.", valueName: "domains"))
    var searchDomains: String?

    @Option(help: ArgumentHelp("The MTU of the interface and the clients.", valueName: "bytes"))
    var mtu: Int64?

    @Option(help: ArgumentHelp("The host under which clients reach the hub.", valueName: "host"))
    var endpointHost: String?

    @Option(help: "Which traffic of clients enters the tunnel in mode gateway: full or split.")
    var tunnel: String?

    @Option(
        name: .customLong("custom-cidrs"),
        help: ArgumentHelp("Further blocks for a split tunnel, separated by commas.", valueName: "cidrs"))
    var customCIDRs: String?

    @Flag(help: "Create the network without bringing it up.")
    var disabled = false

    @Option(
        help: ArgumentHelp(
            """
            Who has the private keys of new peers: held (sealed here), once (shown once, then forgotten) or client \
            (which makes them). Default: held.
            """))
    var custody: String?

    @Option(
        name: .customLong("bandwidth-up"),
        help: ArgumentHelp(
            "How much of what each peer sends passes, unless it has a limit of its own: kbit/s, 10M, 1G or none.",
            valueName: "rate"))
    var bandwidthUp: BandwidthArgument?

    @Option(
        name: .customLong("bandwidth-down"),
        help: ArgumentHelp(
            "How much of what is sent to each peer passes, unless it has a limit of its own: kbit/s, 10M, 1G or none.",
            valueName: "rate"))
    var bandwidthDown: BandwidthArgument?

    @OptionGroup var policy: NetworkPolicy

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !(ipv6 && subnet6 != nil) else {
            throw ValidationError("--ipv6 makes an IPv6 block and --subnet6 gives one: only one of them can be given")
        }
    }

    func run() async throws {
        let request = CreateNetworkRequest(
            name: name, mode: mode, subnet: subnet, subnet6: ipv6 ? "random" : subnet6, listenPort: listenPort,
            dnsServers: ListArgument.split(dnsServers), searchDomains: ListArgument.split(searchDomains), mtu: mtu,
            endpointHost: endpointHost, tunnel: tunnel, customCIDRs: ListArgument.split(customCIDRs),
            enabled: disabled ? false : nil, nat: policy.nat, peersMayTalk: policy.peersMayTalk,
            driftPolicy: policy.driftPolicy, custody: custody, bandwidthUpKbps: bandwidthUp?.kbps,
            bandwidthDownKbps: bandwidthDown?.kbps, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(NetworksService.create, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
