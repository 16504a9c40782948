import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge remove`.
struct BridgeRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a bridge, so that its networks are parted again.")

    @Argument(help: "The bridge's number.")
    var bridge: Int64

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm("Remove bridge \(bridge)?", assumeYes: yes || change.dryRun)
            let reference = BridgeReference(bridge: bridge, options: change.options)
            let reply = try await change.call(BridgesService.delete, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
