import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer add`.
struct PeerAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a peer: makes its keys, gives it an address, admits it.")

    @Argument(help: "The network, by name or number.")
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

    @Option(help: ArgumentHelp("Where the hub first finds the peer.", valueName: "host:port"))
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

    @Option(help: ArgumentHelp("The client's MTU where it differs from the network's.", valueName: "bytes"))
    var mtu: Int64?

    @Option(help: "Free text.")
    var notes: String?

    @Option(help: ArgumentHelp("Words to group peers by, separated by commas.", valueName: "words"))
    var tags: String?

    @Flag(help: "Create the peer without admitting it.")
    var disabled = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = CreatePeerRequest(
            network: network, name: name, email: email, role: role, siteNetworks: ListArgument.split(siteNetworks),
            address: address, publicKey: publicKey, presharedKey: noPresharedKey ? "none" : nil, endpoint: endpoint,
            persistentKeepalive: persistentKeepalive, hubKeepalive: hubKeepalive, tunnel: tunnel,
            extraCIDRs: ListArgument.split(extraCIDRs), dnsServers: ListArgument.split(dnsServers), mtu: mtu,
            notes: notes, tags: ListArgument.split(tags), enabled: disabled ? false : nil,
            options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(PeersService.create, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
