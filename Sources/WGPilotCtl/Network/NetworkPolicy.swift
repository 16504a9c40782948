import ArgumentParser
import WGPilotProtocol

/// The options of `network create` and `network edit` about who may reach whom, and about changes of others.
struct NetworkPolicy: ParsableArguments {
    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Whether what leaves for the outside bears the hub's address. A new network takes its mode's default.")
    var nat: Bool?

    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Whether the peers may reach one another. A new network takes its mode's default.")
    var peersMayTalk: Bool?

    @Option(
        help: ArgumentHelp(
            "What is done when somebody else changes the interface: repair (the default) or report.",
            valueName: "policy"), completion: .list(["repair", "report"]))
    var driftPolicy: String?
}
