/// The payload of a status frame: the one terminal outcome of a call.
///
/// Empty members are left off the wire, so success is the two-entry minimum `{1: 0}`.
public struct Status: Sendable, Hashable {
    /// The outcome.
    public var code: StatusCode
    /// See ``RPCError/message``; empty on success.
    public var message: String
    /// See ``RPCError/reason``; empty on success.
    public var reason: String
    /// See ``RPCError/fields``.
    public var fields: [FieldViolation]
    /// See ``RPCError/metadata``. A server may also put its request id here, under ``MetadataKey/requestID``.
    public var metadata: Metadata

    /// Success.
    public static let ok = Status(code: .ok)

    /// Makes a status.
    public init(
        code: StatusCode,
        message: String = "",
        reason: String = "",
        fields: [FieldViolation] = [],
        metadata: Metadata = [:]
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.fields = fields
        self.metadata = metadata
    }

    /// The status that carries `error` to the caller unchanged.
    public init(_ error: RPCError) {
        self.init(
            code: error.code, message: error.message, reason: error.reason, fields: error.fields,
            metadata: error.metadata)
    }

    /// The error this status stands for, or nil for success.
    public var error: RPCError? {
        guard code != .ok else { return nil }
        return RPCError(code, reason: reason, message: message, fields: fields, metadata: metadata)
    }
}

extension Status: Codable {
    private enum CodingKeys: Int, CodingKey {
        case code = 1
        case message = 2
        case reason = 3
        case fields = 4
        case metadata = 5
    }

    /// Reads a status; members that are absent are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(StatusCode.self, forKey: .code)
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
        fields = try container.decodeIfPresent([FieldViolation].self, forKey: .fields) ?? []
        metadata = try container.decodeIfPresent(Metadata.self, forKey: .metadata) ?? [:]
    }

    /// Writes a status; empty members are left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        if !message.isEmpty { try container.encode(message, forKey: .message) }
        if !reason.isEmpty { try container.encode(reason, forKey: .reason) }
        if !fields.isEmpty { try container.encode(fields, forKey: .fields) }
        if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
    }
}
