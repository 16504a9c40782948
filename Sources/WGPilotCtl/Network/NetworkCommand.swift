import ArgumentParser

/// `wgpilotctl network`.
struct NetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Networks: the hub's interfaces with their subnets and modes.",
        subcommands: [
            NetworkCreate.self, NetworkList.self, NetworkShow.self, NetworkEdit.self, NetworkDelete.self,
            NetworkEnable.self, NetworkDisable.self, NetworkImport.self, NetworkExport.self,
            NetworkConnections.self, NetworkRegenerateKeys.self, NetworkHistory.self,
        ])
}
