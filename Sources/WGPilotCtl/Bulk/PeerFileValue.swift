/// What a field of a file of peers can be.
enum PeerFileValue: Decodable, Equatable {
    case none
    case text(String)
    case number(Int64)
    case truth(Bool)
    case list([String])

    /// Reads a value of JSON.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {
            self = .truth(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .number(value)
        } else if let value = try? container.decode([String].self) {
            self = .list(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}
