import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl audit export`.
struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the audit log to a file, one JSON object a line.",
        discussion: """
            Kept away from this machine, the file proves later that nothing was taken out of the log or changed: \
            wgpilotctl audit verify --file FILE. It is made readable by its owner alone.
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("Only the entries behind this one, to go on where the last file ends.", valueName: "number"))
    var after: Int64?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let output = try PrivateFile.Output(file)
            var request = ExportAuditRequest(after: after)
            var count = 0
            while true {
                let page = try await daemon.call(AuditService.export, request)
                for entry in page.entries { try output.append(Array(AuditLine.text(entry).utf8)) }
                count += page.entries.count
                guard let next = page.nextAfter else { break }
                request.after = next
            }
            try output.commit()
            Terminal.note("wgpilotctl: \(count) entries written to \(file)")
        }
    }
}
