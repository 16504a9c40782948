import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network edit`.
struct NetworkEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes a network in place; what is not named stays.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Option(help: "The new name.")
    var name: String?

    @Option(help: "The new mode.")
    var mode: String?

    @Option(help: ArgumentHelp("The new IPv4 block; only while there is no peer.", valueName: "cidr"))
    var subnet: String?

    @Option(
        name: .customLong("subnet6"),
        help: ArgumentHelp("The new IPv6 block; only while there is no peer.", valueName: "cidr"))
    var subnet6: String?

    @Flag(help: "Dual stack with a unique local IPv6 block made at random (RFC 4193).")
    var ipv6 = false

    @Option(help: ArgumentHelp("The new UDP port.", valueName: "port"))
    var listenPort: Int64?

    @Option(help: ArgumentHelp("The new name servers, separated by commas.", valueName: "addresses"))
    var dnsServers: String?

    @Option(help: ArgumentHelp("The new search domains, separated by commas.", valueName: "domains"))
    var searchDomains: String?

    @Option(help: ArgumentHelp("The new MTU.", valueName: "bytes"))
    var mtu: Int64?

    @Option(help: ArgumentHelp("The new host under which clients reach the hub.", valueName: "host"))
    var endpointHost: String?

    @Option(help: "full or split.")
    var tunnel: String?

    @Option(
        name: .customLong("custom-cidrs"),
        help: ArgumentHelp("The new further blocks, separated by commas.", valueName: "cidrs"))
    var customCIDRs: String?

    @Option(
        help: ArgumentHelp(
            "Fields to set back to their default, separated by commas: mtu, endpoint_host, subnet6.",
            valueName: "fields"))
    var clear: String?

    @Option(
        help: ArgumentHelp(
            """
            Who has the private keys of new peers: held (sealed here), once (shown once, then forgotten) or client \
            (which makes them).
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
        let request = UpdateNetworkRequest(
            network: network, name: name, mode: mode, subnet: subnet, subnet6: ipv6 ? "random" : subnet6,
            listenPort: listenPort,
            dnsServers: ListArgument.split(dnsServers), searchDomains: ListArgument.split(searchDomains), mtu: mtu,
            endpointHost: endpointHost, tunnel: tunnel, customCIDRs: ListArgument.split(customCIDRs),
            clear: ListArgument.split(clear), nat: policy.nat, peersMayTalk: policy.peersMayTalk,
            driftPolicy: policy.driftPolicy, custody: custody, bandwidthUpKbps: bandwidthUp?.kbps,
            bandwidthDownKbps: bandwidthDown?.kbps, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(NetworksService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
