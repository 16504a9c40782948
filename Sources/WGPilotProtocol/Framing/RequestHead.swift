/// The first item of a request frame's payload; the message is the second.
public struct RequestHead: Sendable, Hashable {
    /// The full name: `wgpilot.v1.Peers/Create`.
    public var method: String
    /// How long the caller will wait from now on, in milliseconds; nil for as long as it takes. A span rather than a
    /// point in time, because two processes need not agree on the clock.
    public var timeoutMilliseconds: UInt64?
    /// See ``Metadata``; absent on the wire when empty.
    public var metadata: Metadata
    /// How many bytes of messages the server may send on the call's stream before the client lets it send more; see
    /// ``StreamCredit``. Only for streams; nil for ``StreamCredit/defaultWindow``.
    public var window: UInt32?

    /// Makes a head.
    public init(
        method: String, timeoutMilliseconds: UInt64? = nil, metadata: Metadata = [:], window: UInt32? = nil
    ) {
        self.method = method
        self.timeoutMilliseconds = timeoutMilliseconds
        self.metadata = metadata
        self.window = window
    }
}

extension RequestHead: Codable {
    private enum CodingKeys: Int, CodingKey {
        case method = 1
        case timeoutMilliseconds = 2
        case metadata = 3
        case window = 4
    }

    /// Reads a head; absent metadata is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        method = try container.decode(String.self, forKey: .method)
        timeoutMilliseconds = try container.decodeIfPresent(UInt64.self, forKey: .timeoutMilliseconds)
        metadata = try container.decodeIfPresent(Metadata.self, forKey: .metadata) ?? [:]
        window = try container.decodeIfPresent(UInt32.self, forKey: .window)
    }

    /// Writes a head; empty metadata is left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        try container.encodeIfPresent(timeoutMilliseconds, forKey: .timeoutMilliseconds)
        if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
        try container.encodeIfPresent(window, forKey: .window)
    }
}
