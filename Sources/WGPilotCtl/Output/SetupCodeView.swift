import WGPilotJSON
import WGPilotProtocol

/// A setup code as it is printed.
struct SetupCodeView: Renderable {
    let reply: SetupCodeReply
    /// Whether the code itself is to be printed.
    let showsCode: Bool

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("expires_at", reply.expiresAt)
            json.field("code", showsCode ? reply.code.revealed : nil)
        }
    }

    /// The code alone, for whoever reads it out or pastes it; else nothing.
    func table(now: Int64) -> String { showsCode ? reply.code.revealed + "\n" : "" }
}
