import ArgumentParser
import WGPilotProtocol

/// The options of a command that makes a peer's keys: where its configuration goes.
struct ConfigurationArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the configuration to this file, readable by its owner alone.", valueName: "path"))
    var configFile: String?

    @Flag(help: "Print the configuration, private key included.")
    var printConfig = false

    func validate() throws {
        guard configFile == nil || !printConfig else {
            throw ValidationError("--config-file and --print-config: only one of them can be given")
        }
    }

    /// Whether the daemon is to answer the configuration; nil where not.
    var isWanted: Bool? { configFile != nil || printConfig ? true : nil }

    /// Makes a call whose answer may have the only copy of a private key there will ever be: the file for it is begun
    /// before the call, so that what cannot be written is found while nothing is done yet.
    func taking(
        _ output: OutputFormat, isDryRun: Bool, _ call: () async throws -> PeerReply
    ) async throws -> PeerReply {
        let file = isDryRun ? nil : try configFile.map { try PrivateFile.Output($0) }
        let reply = try await call()
        if let file, let text = reply.configuration?.text {
            try file.append(Array(text.utf8))
            try file.commit()
        } else if isWanted == true, !isDryRun, reply.configuration == nil {
            throw CommandFault(
                status: .unimplemented,
                message: """
                    the change was made, but its answer has no configuration: fetch it with peer config; where the private \
                    key is shown once, make new ones with peer rotate
                    """)
        }
        return reply
    }
}
