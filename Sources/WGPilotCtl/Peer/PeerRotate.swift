import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer rotate`.
struct PeerRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Gives a peer new keys: the client must import its configuration again.",
        discussion: """
            Without --overlap the old configuration stops working at once. With it the new keys are prepared: the old ones \
            work until the time is up or --activate comes, and the configuration that is fetched meanwhile has the new \
            ones, which do not work before. WireGuard knows no time in which both work.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(
        help: ArgumentHelp("Let the old keys work for this time: 30m, 12h or 7d, up to seven days.", valueName: "time"))
    var overlap: OverlapArgument?

    @Option(help: ArgumentHelp("The client's new public key, where the client made the pair.", valueName: "key"))
    var publicKey: String?

    @Flag(help: "Keep the preshared key. Default: a new one, where there is one.")
    var keepPresharedKey = false

    @Option(
        help: ArgumentHelp(
            "A preshared key: new, none, a file that has it, or - for standard input.", valueName: "new|none|path"))
    var presharedKey: String?

    @Option(help: "Who has the new private key: held, once or client. Default: as before.")
    var custody: String?

    @Flag(help: "Let keys that are prepared take their place now.")
    var activate = false

    @Flag(help: "Drop keys that are prepared.")
    var cancel = false

    @OptionGroup var configuration: ConfigurationArguments

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try PresharedKeyArgument.validate(presharedKey)
        if keepPresharedKey && presharedKey != nil {
            throw ValidationError("--keep-preshared-key and --preshared-key: only one of them can be given")
        }
        let makesNone = activate || cancel
        let makesSome =
            overlap != nil || publicKey != nil || presharedKey != nil || keepPresharedKey || custody != nil
            || configuration.isWanted == true
        guard !(activate && cancel), !(makesNone && makesSome) else {
            throw ValidationError("--activate and --cancel stand alone: they make no keys")
        }
    }

    func run() async throws {
        let request = RotateKeysRequest(
            network: peer.network, peer: peer.peer, action: activate ? "activate" : cancel ? "cancel" : nil,
            publicKey: publicKey,
            presharedKey: keepPresharedKey
                ? "keep" : try PresharedKeyArgument.read(presharedKey, words: ["new", "none"]),
            custody: custody, overlap: overlap?.seconds, returnConfiguration: configuration.isWanted,
            options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await configuration.taking(connection.output, isDryRun: change.dryRun) {
                try await change.call(PeersService.rotateKeys, request, on: daemon)
            }
            try change.conclude(
                reply, as: connection.output, printing: configuration.printConfig,
                writtenTo: change.dryRun ? nil : configuration.configFile)
        }
    }
}
