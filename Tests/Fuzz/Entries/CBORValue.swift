/// Any value, read and written through `Codable`, which thereby has to go all the ways it has.
///
/// What Swift's types cannot hold is null here: numbers below those of `Int64`, and the entries of a map whose keys are no
/// field numbers are skipped as unknown fields are.
enum CBORValue: Codable, Equatable {
    case null
    case bool(Bool)
    case unsigned(UInt64)
    case negative(Int64)
    /// By its bits, so that values can be compared; a number that is none is one such.
    case float(UInt64)
    case text(String)
    case bytes([UInt8])
    case array([CBORValue])
    case fields([Int: CBORValue])

    private struct Key: CodingKey {
        let intValue: Int?
        var stringValue: String { intValue.map(String.init) ?? "" }

        init(intValue: Int) { self.intValue = intValue }
        init?(stringValue: String) { return nil }
    }

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? single.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? single.decode(Int64.self) {
            self = .negative(value)
        } else if let value = try? single.decode(String.self) {
            self = .text(value)
        } else if let value = try? single.decode([UInt8].self) {
            self = .bytes(value)
        } else if let value = try? single.decode(Double.self) {
            self = .float((value.isNaN ? .nan : value).bitPattern)
        } else if var container = try? decoder.unkeyedContainer() {
            var items: [CBORValue] = []
            while !container.isAtEnd { items.append(try container.decode(CBORValue.self)) }
            self = .array(items)
        } else if let container = try? decoder.container(keyedBy: Key.self) {
            var fields: [Int: CBORValue] = [:]
            for key in container.allKeys {
                fields[key.intValue ?? 0] = try container.decode(CBORValue.self, forKey: key)
            }
            self = .fields(fields)
        } else {
            self = .null
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let items):
            var container = encoder.unkeyedContainer()
            for item in items { try container.encode(item) }
        case .fields(let fields):
            var container = encoder.container(keyedBy: Key.self)
            // In whatever order: the encoder has to sort them.
            for (number, value) in fields { try container.encode(value, forKey: Key(intValue: number)) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try container.encode(value)
            case .unsigned(let value): try container.encode(value)
            case .negative(let value): try container.encode(value)
            case .float(let bits): try container.encode(Double(bitPattern: bits))
            case .text(let value): try container.encode(value)
            case .bytes(let value): try container.encode(value)
            default: try container.encodeNil()
            }
        }
    }
}
