import WGPilotJSON
import WGPilotProtocol

/// A network whose hub has a new key, as it is printed.
struct RegeneratedView: Renderable {
    let reply: RegenerateKeysReply

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    /// What a dry run prints as well.
    func fields(_ json: inout JSONText) {
        reply.writeFields(to: &json)
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
