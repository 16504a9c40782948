import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks the machine, and shows what drifted and what was repaired.",
        discussion: "The exit code is 1 where a check found a fault.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let view = DoctorView(reply: try await daemon.call(SystemService.drift, Empty()))
            connection.output.render(view)
            if view.hasFault { throw ExitStatus.failure }
        }
    }
}
