public import WGPilotProtocol

/// Where the handler of a streaming method writes its messages.
///
/// It is good until the handler returns; whatever outlives the handler finds it closed.
public struct ResponseStream<Output: Codable & Sendable>: Sendable {
    private let write: @Sendable ([UInt8]) async throws(RPCError) -> Void

    /// Makes a stream that hands each encoded message to `write`: for the server, and for tests of handlers.
    public init(write: @escaping @Sendable ([UInt8]) async throws(RPCError) -> Void) {
        self.write = write
    }

    /// Sends a message. Suspends until the client has room for it and the kernel has taken it, so a handler can be no
    /// faster than its client.
    ///
    /// - Throws: `cancelled` when the call is over, whoever ended it; `resourceExhausted` with reason
    ///   `response_too_large` for a message above the client's limit; `internal` for one that cannot be encoded.
    public func send(_ message: Output) async throws(RPCError) {
        let bytes: [UInt8]
        do throws(CBORError) {
            bytes = try CBOREncoder().encode(message)
        } catch {
            throw RPCError(
                .internal, reason: "unencodable_response", message: "The response cannot be encoded: \(error).")
        }
        try await send(encoded: bytes)
    }

    /// Sends a message that is encoded already, as one that goes to many streams is. The rest is as above.
    public func send(encoded message: [UInt8]) async throws(RPCError) {
        try await write(message)
    }
}
