import ArgumentParser

/// `wgpilotctl peer`.
struct PeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Peers: the devices and sites of a network.",
        subcommands: [
            PeerAdd.self, PeerList.self, PeerShow.self, PeerEdit.self, PeerRemove.self, PeerEnable.self,
            PeerDisable.self, PeerRotate.self, PeerConfig.self, PeerQR.self, PeerImport.self, PeerExport.self,
            PeerConnections.self, PeerFlush.self, PeerHistory.self, PeerSessions.self, PeerPurgeHistory.self,
        ])
}
