import ArgumentParser
import WGPilotProtocol

/// `NETWORK/PEER` as an argument. The first slash separates: a network's name has none, a peer's may.
struct PeerTarget: ExpressibleByArgument {
    let network: String
    let peer: String

    init?(argument: String) {
        let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        network = String(parts[0])
        peer = String(parts[1])
    }

    /// How a request names the peer.
    var reference: PeerReference { reference(nil) }

    /// How a request names the peer that it changes.
    func reference(_ options: ChangeOptions?) -> PeerReference {
        PeerReference(network: network, peer: peer, options: options)
    }

    /// How a field names the peer.
    var text: String { "\(network)/\(peer)" }
}
