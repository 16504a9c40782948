import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer import`.
struct PeerImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Creates all peers of a CSV or JSON file, or none of them.",
        discussion: """
            The first line of a CSV file names the columns, by the options of `peer add` with underscores: name, email, \
            role, site_networks, address, public_key, persistent_keepalive, tags and so on. Only name is required. Lists \
            are separated by commas or semicolons within their field. A JSON file is an array of objects with the same \
            fields, as `peer list --output json` prints it. With a fault anywhere nothing is created, and every fault is \
            told with its line and field.
            """)

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Argument(help: "The file; - reads standard input.")
    var file: String

    @Option(help: ArgumentHelp("csv or json. Default: by the file's name.", valueName: "format"))
    var format: String?

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let format, PeerFile.Format(rawValue: format) == nil {
            throw ValidationError("--format is csv or json")
        }
        if format == nil, PeerFile.format(of: file) == nil {
            throw ValidationError("the file's name does not end in .csv or .json: say which it is with --format")
        }
    }

    func run() async throws {
        let format = format.flatMap(PeerFile.Format.init) ?? PeerFile.format(of: file) ?? .csv
        let peers = try PeerFile(InputFile.read(file), format)
        guard peers.faults.isEmpty else { throw try await everything(wrongWith: peers) }
        let request = CreatePeersRequest(network: network, peers: peers.requests, options: change.options)
        try await connection.withDaemon { daemon in
            do {
                let count = request.peers.count
                let reply = try await ProgressBar.during(
                    "adding \(count) peers", isLong: count >= ProgressBar.longCall
                ) {
                    try await change.call(PeersService.createBatch, request, on: daemon)
                }
                try change.conclude(reply, as: connection.output)
            } catch let error as RPCError where !error.fields.isEmpty {
                throw CommandFault(status: ExitStatus(error.code), message: peers.describe(error))
            }
        }
    }

    /// A file with fields that cannot be read is tried all the same, so that what the daemon would refuse of the rest is told
    /// with them.
    private func everything(wrongWith peers: PeerFile) async throws -> CommandFault {
        var trial = change
        trial.dryRun = true
        let request = CreatePeersRequest(network: network, peers: peers.requests, options: trial.options)
        var refusal: RPCError?
        do {
            try await connection.withDaemon { [trial] daemon in
                _ = try await trial.call(PeersService.createBatch, request, on: daemon)
            }
        } catch let error as RPCError {
            // No daemon, no such network: what is wrong with the file is wrong in any case.
            refusal = error
        }
        return CommandFault(status: .invalidArgument, message: peers.describe(refusal))
    }
}
