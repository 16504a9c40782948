public import WGPilotProtocol

/// The messages that answer a streaming call, in order, for one reader.
///
/// It ends when the server says that all is well, and throws otherwise. Leaving it, or cancelling the task that reads it,
/// gives the call up.
public struct RPCResponseStream<Output: Codable & Sendable>: AsyncSequence, Sendable {
    private let open: @Sendable () throws(RPCError) -> AsyncThrowingStream<[UInt8], any Error>

    init(open: @escaping @Sendable () throws(RPCError) -> AsyncThrowingStream<[UInt8], any Error>) {
        self.open = open
    }

    /// Makes the call; each iterator makes one of its own.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(open: open)
    }

    /// Reads the messages of one call.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let open: @Sendable () throws(RPCError) -> AsyncThrowingStream<[UInt8], any Error>
        private var messages: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator?

        init(open: @escaping @Sendable () throws(RPCError) -> AsyncThrowingStream<[UInt8], any Error>) {
            self.open = open
        }

        /// The next message; nil after the last.
        public mutating func next() async throws(RPCError) -> Output? {
            try await next(isolation: #isolation)
        }

        /// The next message; nil after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Output? {
            var iterator: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator
            if let messages { iterator = messages } else { iterator = try open().makeAsyncIterator() }
            defer { messages = iterator }
            let bytes: [UInt8]?
            do {
                bytes = try await iterator.next(isolation: actor)
            } catch {
                throw (error as? RPCError) ?? ClientHandler.malformed("\(error)")
            }
            guard let bytes else {
                guard !Task.isCancelled else {
                    throw RPCError(.cancelled, reason: "cancelled", message: "The call was given up.")
                }
                return nil
            }
            do throws(CBORError) {
                let limits = CBORDecoder.Limits(maximumBytes: bytes.count)
                return try CBORDecoder(limits: limits).decode(Output.self, from: bytes)
            } catch {
                throw ClientHandler.malformed("The server's message is malformed: \(error).")
            }
        }
    }
}
