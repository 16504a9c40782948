import ArgumentParser
import WGPilotProtocol

/// Whose rules they are: those of a network, of a tag or of a peer.
struct RuleOwner: ParsableArguments {
    @Option(help: ArgumentHelp("The network whose peers it is about, by name or number.", valueName: "network"))
    var network: String?

    @Option(help: ArgumentHelp("The tag whose peers it is about.", valueName: "tag"))
    var tag: String?

    @Option(help: ArgumentHelp("The peer it is about: NETWORK/PEER.", valueName: "network/peer"))
    var peer: PeerTarget?

    /// How many of the three are given.
    var count: Int { [network != nil, tag != nil, peer != nil].count { $0 } }

    func validate() throws {
        guard count <= 1 else { throw ValidationError("only one of --network, --tag and --peer can be given") }
    }
}
