import ArgumentParser
import WGPilotCore
import WGPilotProtocol

/// `wgpilotctl audit verify`.
struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks that the audit log is as it was written.",
        discussion: """
            Ends with status \(ExitStatus.tampered.rawValue) where an entry was changed, put in or taken out. With a file it checks that as \
            well, and that the daemon's log still has its last entry.
            """)

    @Option(help: ArgumentHelp("A file that audit export wrote.", valueName: "path"))
    var file: String?

    @Flag(help: "Check the file alone, without a daemon.")
    var offline = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if offline && file == nil { throw ValidationError("--offline needs --file") }
    }

    func run() async throws {
        var view = AuditVerdictView()
        if let file {
            view.file = try AuditFile.verify(file)
            if view.file?.problem != nil || offline { return try conclude(view) }
        }
        try await connection.withDaemon { daemon in
            var request = VerifyAuditRequest()
            if let known = view.file, known.count > 0 {
                request = VerifyAuditRequest(sequence: known.chain.sequence, hash: known.chain.hash.description)
            }
            view.log = try await daemon.call(AuditService.verify, request)
        }
        try conclude(view)
    }

    private func conclude(_ view: AuditVerdictView) throws {
        connection.output.render(view)
        if !view.isIntact { throw ExitStatus.tampered }
    }
}
