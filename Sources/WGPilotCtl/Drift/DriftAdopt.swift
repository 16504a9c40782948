import ArgumentParser

/// `wgpilotctl drift adopt`.
struct DriftAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Takes over into the database what the kernel has.")

    @OptionGroup var change: ChangeArguments

    @OptionGroup var decision: DriftDecision

    func run() async throws { try await decision.resolve("adopt", change) }
}
