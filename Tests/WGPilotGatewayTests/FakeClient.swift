import NIOCore
import Testing

@testable import WGPilotGateway

/// A client of the hub whose connection is memory: reads when the test reads.
final class FakeClient: Sendable {
    private let hub: EventHub
    private let subscriber: EventSubscriber

    init(hub: EventHub, subscriber: EventSubscriber) {
        self.hub = hub
        self.subscriber = subscriber
    }

    /// Takes what the hub gives until it ends with a text, or has it in the middle; what was taken.
    func read(until wanted: String) async throws -> String {
        var text = ""
        var news = subscriber.news.makeAsyncIterator()
        while !text.contains(wanted) {
            guard let more = await take() else {
                Issue.record("the stream ended before \(wanted): \(text)")
                return text
            }
            if more.isEmpty { _ = await news.next() }
            text += more
        }
        return text
    }

    /// Takes what there is now.
    func readAvailable() async -> String {
        var text = ""
        while let more = await take(), !more.isEmpty { text += more }
        return text
    }

    /// The next piece; empty where there is nothing now, nil at the end.
    private func take() async -> String? {
        switch await hub.next(subscriber.id) {
        case .wait: return ""
        case .write(let bytes): return String(buffer: bytes)
        case .snapshot(let snapshot, let end):
            var text = ""
            for piece in snapshot.pieces {
                guard await hub.mayContinue(subscriber.id, with: snapshot) else { return text }
                text += String(buffer: piece)
            }
            return text + String(buffer: end)
        case .end(let bytes): return bytes.readableBytes == 0 ? nil : String(buffer: bytes)
        }
    }

    func leave() async { await hub.leave(subscriber.id) }

    /// The numbers of the events with an id, in their order.
    static func numbers(_ text: String, epoch: String = "e") -> [UInt64] {
        text.split(separator: "\n").compactMap { line in
            line.hasPrefix("id: \(epoch).") ? UInt64(line.dropFirst("id: \(epoch).".count)) : nil
        }
    }
}
