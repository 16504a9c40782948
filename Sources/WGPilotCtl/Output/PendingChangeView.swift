import WGPilotJSON
import WGPilotProtocol

/// The change that waits to be confirmed, or did, as `wgpilotctl confirm` prints it.
struct PendingChangeView: Renderable {
    /// What was asked: to see it, to keep it or to undo it.
    enum Outcome {
        case shown, kept, undone
    }

    let reply: PendingChangeReply
    let outcome: Outcome

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    func table(now: Int64) -> String {
        let change = reply.description ?? "the change"
        return switch outcome {
        case .shown where reply.description == nil: "nothing waits to be confirmed\n"
        case .shown: PrintableText.lines(["\(change): \(ChangeArguments.notice(reply.confirmBy, now: now))"])
        case .kept: PrintableText.lines(["kept: \(change)"])
        case .undone: PrintableText.lines(["undone: \(change)"])
        }
    }
}
