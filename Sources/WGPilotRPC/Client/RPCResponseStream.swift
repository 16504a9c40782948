public import WGPilotProtocol

/// The messages that answer a streaming call, in order, for one reader.
///
/// It ends when the server says that all is well, and throws otherwise. Leaving it, or cancelling the task that reads it,
/// gives the call up.
///
/// The server sends no more than the reader has room for: what waits unread is at most the call's window and one
/// message, however slow the reader is.
public struct RPCResponseStream<Output: Codable & Sendable>: AsyncSequence, Sendable {
    private let client: RPCClient
    private let request: RPCClient.Request
    private let window: UInt32

    init(client: RPCClient, request: RPCClient.Request, window: UInt32) {
        self.client = client
        self.request = request
        self.window = window
    }

    /// Makes the call; each iterator makes one of its own.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: StreamReader(client: client, request: request, window: window))
    }

    /// Reads the messages of one call.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let reader: StreamReader

        init(reader: StreamReader) {
            self.reader = reader
        }

        /// The next message; nil after the last.
        public mutating func next() async throws(RPCError) -> Output? {
            try await next(isolation: #isolation)
        }

        /// The next message; nil after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Output? {
            guard let bytes = try await reader.next() else { return nil }
            return try RPCClient.decode(Output.self, bytes)
        }
    }
}
