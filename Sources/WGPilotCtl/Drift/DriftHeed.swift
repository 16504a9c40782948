import ArgumentParser

/// `wgpilotctl drift heed`.
struct DriftHeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heed", abstract: "Ends the ignoring of a difference.")

    @OptionGroup var rehearsal: DryRunArgument

    @OptionGroup var decision: DriftDecision

    func run() async throws { try await decision.resolve("heed", rehearsal.change) }
}
