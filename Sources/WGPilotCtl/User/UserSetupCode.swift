import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user setup-code`.
struct UserSetupCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup-code",
        abstract: "Makes a code by which somebody becomes the first admin on the web page, once.",
        discussion: """
            One that was made before is worthless from then on. Where there are users already it is refused, unless \
            --even-with-users says that another admin is meant. A file is made readable by its owner alone.
            """)

    @Option(help: ArgumentHelp("How long it is good: 60s, 15m, up to 24h. Default: 15m.", valueName: "time"))
    var expiresIn: DurationArgument?

    @Flag(help: "Make it though there are users.")
    var evenWithUsers = false

    @Option(help: ArgumentHelp("The file to write the code to. Default: the terminal.", valueName: "path"))
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            // Before the code is made: one that cannot be written is lost.
            let output = try file.map { path throws(CommandFault) in try PrivateFile.Output(path) }
            let now = OutputFormat.now
            let request = CreateSetupCodeRequest(
                lifetime: expiresIn?.seconds, evenWithUsers: evenWithUsers ? true : nil)
            let reply = try await daemon.call(UsersService.createSetupCode, request)
            if let output {
                try output.append(Array((reply.code.revealed + "\n").utf8))
                try output.commit()
            }
            connection.output.render(SetupCodeView(reply: reply, showsCode: file == nil))
            Terminal.note(
                "wgpilotctl: good once until \(HumanText.clock(reply.expiresAt, now: now)), on the page /setup of the "
                    + "gateway; it is not shown again")
        }
    }
}
