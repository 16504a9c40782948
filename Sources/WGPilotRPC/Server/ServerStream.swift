internal import NIOCore
internal import Synchronization
internal import WGPilotProtocol

/// What a connection keeps of a call that is answered with a stream. Only on the connection's event loop.
struct ServerStream {
    /// A message whose handler waits until it is sent.
    struct Waiting {
        let message: OutgoingMessage
        let ticket: Ticket
        /// Gets true once the message is sent, false when that will not be.
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// One wait of a handler, by which it can be called off.
    final class Ticket: Sendable {
        private let withdrawn = Atomic(false)

        var isWithdrawn: Bool { withdrawn.load(ordering: .acquiring) }

        /// To be called before the loop is told, so that a message that reaches the loop after the word that nobody waits
        /// for it is known for that.
        func withdraw() {
            withdrawn.store(true, ordering: .releasing)
        }
    }

    var credit: StreamCredit
    /// Messages without credit, or for which the socket has no room.
    var waiting = CircularBuffer<Waiting>(initialCapacity: 1)
    /// Whether the stream stands in the line of those that wait for the socket.
    var isInLine = false

    init(window: UInt32?) {
        credit = StreamCredit(window: window ?? StreamCredit.defaultWindow)
    }

    /// Whether there is a message that waits for nothing but the socket.
    var isReady: Bool { credit.allowsMessage && !waiting.isEmpty }

    /// Takes the next message, and its bytes from the credit.
    mutating func next() -> Waiting? {
        guard credit.allowsMessage, let first = waiting.popFirst() else { return nil }
        credit.spend(first.message.payloadBytes)
        return first
    }

    /// Calls a wait off.
    mutating func withdraw(_ ticket: Ticket) {
        guard let index = waiting.firstIndex(where: { $0.ticket === ticket }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    /// Calls all waits off: the call has ended.
    mutating func end() {
        while let waiting = waiting.popFirst() { waiting.continuation.resume(returning: false) }
    }
}
