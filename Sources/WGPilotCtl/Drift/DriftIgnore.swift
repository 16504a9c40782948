import ArgumentParser

/// `wgpilotctl drift ignore`.
struct DriftIgnore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ignore", abstract: "Leaves a difference as it is, and says no more about it.")

    @OptionGroup var rehearsal: DryRunArgument

    @OptionGroup var decision: DriftDecision

    func run() async throws { try await decision.resolve("ignore", rehearsal.change) }
}
