/// The one message of the service that the fuzzer calls.
struct FuzzNote: Codable, Sendable, Equatable {
    /// Comes back.
    var text: String
    /// How often it comes back, where there is a choice.
    var count: Int?

    enum CodingKeys: Int, CodingKey {
        case text = 1
        case count = 2
    }
}
