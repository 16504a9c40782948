import WGPilotProtocol

/// What an import made, or would make, as it is printed.
struct ImportView: Renderable {
    let reply: ImportNetworkReply

    func write(to json: inout JSONText) {
        json.object { writeFields(to: &$0) }
    }

    /// Writes the fields without an object around them.
    func writeFields(to json: inout JSONText) {
        json.field("network") { NetworkView(network: reply.network).write(to: &$0) }
        json.field("peers", reply.peers)
        json.field("notes", reply.notes)
    }

    func table(now: Int64) -> String { NetworkView(network: reply.network).table(now: now) }
}
