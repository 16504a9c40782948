import ArgumentParser

/// `wgpilotctl audit`.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log: who did what, and who was refused.",
        subcommands: [AuditList.self, AuditVerify.self, AuditExport.self], defaultSubcommand: AuditList.self)
}
