import WGPilotProtocol

/// A network whose hub has a new key, as it is printed.
struct RegeneratedView: Renderable {
    let reply: RegenerateKeysReply

    func write(to json: inout JSONText) {
        json.object { fields(&$0) }
    }

    /// What a dry run prints as well.
    func fields(_ json: inout JSONText) {
        json.field("network") { NetworkView(network: reply.network).write(to: &$0) }
        json.field("rotated_peers", reply.rotatedPeers)
        json.field("kept_peers", reply.keptPeers)
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("network", reply.network.name)
        facts.add("public key", reply.network.publicKey)
        facts.add("peers with new keys", "\(reply.rotatedPeers)")
        facts.add("peers that keep theirs", reply.keptPeers == 0 ? nil : "\(reply.keptPeers)")
        return facts.rendered()
    }
}
