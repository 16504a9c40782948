import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl token list`.
struct TokenList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the API tokens, without the tokens themselves: nobody has those.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(TokensService.list, Empty())
            connection.output.render(TokenListView(tokens: reply.tokens))
        }
    }
}
