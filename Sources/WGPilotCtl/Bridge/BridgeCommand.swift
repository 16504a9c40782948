import ArgumentParser

/// `wgpilotctl bridge`.
struct BridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge", abstract: "Bridges: which networks may reach one another.",
        subcommands: [
            BridgeAdd.self, BridgeList.self, BridgeShow.self, BridgeEdit.self, BridgeRemove.self, BridgeEnable.self,
            BridgeDisable.self,
        ])
}
