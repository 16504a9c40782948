import NIOCore
import WGPilotProtocol
import WGPilotRPC

/// Makes JSON of what the daemon tells, once where it tells the same again within a second, and where it is much on threads
/// of its own: the others on the event loop need not wait for somebody's long list.
final class AnswerRenderer: Sendable {
    private struct Rendered {
        var message: [UInt8]
        var answer: RenderedAnswer
    }

    /// From how many bytes of the daemon's on an answer takes milliseconds.
    private static let longestAtOnce = 32 << 10
    private static let lifetime = Duration.seconds(1)
    /// How many bytes of messages and of answers are kept at most.
    private static let capacity = 8 << 20
    /// Longer targets are not kept.
    private static let longestTarget = 512

    private let lane = BackgroundLane()
    private let rendered = MomentaryCache<String, Rendered>(lifetime: lifetime, capacity: capacity)

    /// What is answered to a request.
    ///
    /// - Parameters:
    ///   - message: What the daemon said.
    ///   - target: The path and query that were asked for, which decide about the answer together with the message.
    ///   - render: Makes the answer.
    func answer<Output>(
        _ message: EncodedAnswer<Output>, to target: String, _ render: @Sendable (Output) -> RenderedAnswer
    ) async throws(RPCError) -> RenderedAnswer {
        if let known = rendered.value(for: target), known.message == message.bytes { return known.answer }
        let began = ContinuousClock.now
        let answer: RenderedAnswer
        if message.bytes.count <= Self.longestAtOnce {
            answer = render(try message.decoded())
        } else {
            answer = try await inBackground(message, render)
        }
        if target.utf8.count <= Self.longestTarget {
            rendered.keep(
                Rendered(message: message.bytes, answer: answer), for: target,
                byteCount: message.bytes.count + answer.body.readableBytes, since: began)
        }
        return answer
    }

    private func inBackground<Output>(
        _ message: EncodedAnswer<Output>, _ render: @Sendable (Output) -> RenderedAnswer
    ) async throws(RPCError) -> RenderedAnswer {
        do {
            return try await withTaskExecutorPreference(lane.executor) { render(try message.decoded()) }
        } catch let error as RPCError {
            throw error
        } catch {
            throw RPCError(.internal, reason: "unexpected_error", message: "an unexpected failure")
        }
    }
}
