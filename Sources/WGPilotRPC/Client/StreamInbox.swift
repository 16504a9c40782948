internal import NIOCore
internal import Synchronization
internal import WGPilotProtocol

/// The messages of one stream, between the event loop that puts them in and the one task that takes them.
///
/// It has no bound of its own: whoever puts messages in keeps the server to its credit.
final class StreamInbox: Sendable {
    typealias Item = Result<[UInt8]?, RPCError>

    private struct State {
        var messages = CircularBuffer<[UInt8]>()
        /// How the stream ended, told when the messages before are taken; nil while it goes on.
        var end: Item?
        var reader: CheckedContinuation<Item, Never>?
    }

    private let state = Mutex(State())

    /// Adds a message. Nothing comes of it after the end.
    func put(_ message: [UInt8]) {
        let reader = state.withLock { state in
            guard state.end == nil else { return nil as CheckedContinuation<Item, Never>? }
            guard let reader = state.reader else {
                state.messages.append(message)
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: .success(message))
    }

    /// Ends the stream behind the messages that are in it; the first end counts.
    func finish(_ error: RPCError?) {
        let end = error.map { Item.failure($0) } ?? .success(nil)
        let reader = state.withLock { state in
            guard state.end == nil else { return nil as CheckedContinuation<Item, Never>? }
            state.end = end
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: end)
    }

    /// Ends the stream at once: whoever reads is not interested any more.
    func abandon() {
        let end = Item.failure(ClientHandler.cancelled)
        let reader = state.withLock { state in
            state.messages.removeAll()
            state.end = end
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: end)
    }

    /// The next message, waited for if need be; nil after the last.
    func take() async -> Item {
        await withCheckedContinuation { continuation in
            enum Step {
                case give(Item)
                case wait(instead: CheckedContinuation<Item, Never>?)
            }
            let step = state.withLock { state in
                if let message = state.messages.popFirst() { return Step.give(.success(message)) }
                if let end = state.end { return .give(end) }
                defer { state.reader = continuation }
                return .wait(instead: state.reader)
            }
            switch step {
            case .give(let item): continuation.resume(returning: item)
            // One stream has one reader; a second one takes its place.
            case .wait(let former): former?.resume(returning: .failure(ClientHandler.cancelled))
            }
        }
    }
}
