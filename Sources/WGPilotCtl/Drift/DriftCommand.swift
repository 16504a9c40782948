import ArgumentParser

/// `wgpilotctl drift`.
struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Drift: what somebody else changed, and what is to be done about it.",
        subcommands: [DriftList.self, DriftAdopt.self, DriftRestore.self, DriftIgnore.self, DriftHeed.self])
}
