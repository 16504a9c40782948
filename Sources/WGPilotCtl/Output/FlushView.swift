import WGPilotJSON
import WGPilotProtocol

/// How many connections were ended, as it is printed.
struct FlushView: Renderable {
    let reply: FlushConnectionsReply

    func table(now: Int64) -> String {
        let what = reply.count == 1 ? "1 connection" : "\(reply.count) connections"
        return reply.dryRun ? "would end \(what)\n" : "ended \(what)\n"
    }

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }
}
