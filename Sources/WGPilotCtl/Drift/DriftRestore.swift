import ArgumentParser

/// `wgpilotctl drift restore`.
struct DriftRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Sets the kernel back to what the database has.")

    @OptionGroup var rehearsal: DryRunArgument

    @OptionGroup var decision: DriftDecision

    func run() async throws { try await decision.resolve("restore", rehearsal.change) }
}
