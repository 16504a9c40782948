import ArgumentParser

/// `wgpilotctl rule`.
struct RuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule", abstract: "Access rules: what the peers of a network or tag, or one peer, may reach.",
        discussion: """
            The rules of a peer are asked first, then those of its tags by name, then those of its network, each list \
            in its order; the first that fits decides. Where none fits it passes. A rule that allows opens nothing \
            that the topology keeps shut: that takes a bridge, or a network whose peers may talk.
            """,
        subcommands: [
            RuleAdd.self, RuleList.self, RuleShow.self, RuleEdit.self, RuleMove.self, RuleRemove.self, RuleEnable.self,
            RuleDisable.self,
        ])
}
