import ArgumentParser

/// `wgpilotctl link`.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Links by which somebody fetches a configuration, once.",
        subcommands: [LinkCreate.self, LinkList.self, LinkRevoke.self, LinkFetch.self])
}
