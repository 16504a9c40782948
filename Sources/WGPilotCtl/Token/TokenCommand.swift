import ArgumentParser

/// `wgpilotctl token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "API tokens, for programs that use the HTTP gateway.",
        subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self])
}
