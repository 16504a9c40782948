import WGPilotJSON
import WGPilotProtocol

/// What an import made, or would make, as it is printed.
struct ImportView: Renderable {
    let reply: ImportNetworkReply

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    /// Writes the fields without an object around them.
    func writeFields(to json: inout JSONText) {
        reply.writeFields(to: &json)
    }

    func table(now: Int64) -> String { NetworkView(network: reply.network).table(now: now) }
}
