/// One thing wrong with one field of a request. A validation reports all of them at once.
public struct FieldViolation: Sendable, Hashable, Codable {
    /// The path of the field as the caller wrote it, in snake_case: `site_networks[2]`.
    public var field: String
    /// One sentence for people, without the offending value where that is a secret.
    public var message: String

    /// Makes a violation of `field`, explained by `message`.
    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    private enum CodingKeys: Int, CodingKey {
        case field = 1
        case message = 2
    }
}
