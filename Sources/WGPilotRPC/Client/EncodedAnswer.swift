public import WGPilotProtocol

/// The answer to a call as it came, for who compares it with another before it is read.
public struct EncodedAnswer<Output: Decodable & Sendable>: Sendable {
    /// The message's bytes.
    public let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads it.
    ///
    /// - Throws: `internal` with reason `malformed_response`.
    public func decoded() throws(RPCError) -> Output {
        try RPCClient.decode(Output.self, bytes)
    }
}
