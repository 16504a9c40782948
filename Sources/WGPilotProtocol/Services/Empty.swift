/// A message without fields, to which a later version may add some.
public struct Empty: Codable, Sendable, Equatable {
    enum CodingKeys: Int, CodingKey {
        case unused = 0
    }

    /// Makes the message.
    public init() {}

    /// Reads the message, skipping fields of newer versions.
    public init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: CodingKeys.self)
    }

    /// Writes an empty map.
    public func encode(to encoder: any Encoder) throws {
        _ = encoder.container(keyedBy: CodingKeys.self)
    }
}
