/// Whether bytes are one item of the CBOR that docs/protocol.md describes: what the decoder is compared with.
///
/// Written from the page and from the pseudocode of RFC 8949, Appendix C, and as plain as can be.
struct ReferenceCBOR {
    private struct Refused: Error {}

    private let bytes: [UInt8]
    private var position = 0
    /// Whether the item, and nothing behind it, is what a receiver accepts.
    private(set) var isAcceptable = false
    /// Whether it is in the core deterministic encoding of RFC 8949 §4.2.1.
    private(set) var isDeterministic = true

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        do {
            _ = try item(depth: 0)
            isAcceptable = position == bytes.count
        } catch {
            isDeterministic = false
        }
    }

    private mutating func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
        guard count <= UInt64(bytes.count - position) else { throw Refused() }
        defer { position += Int(count) }
        return bytes[position..<(position + Int(count))]
    }

    /// Reads an item and returns its value, for the comparison of keys: the major type with the number or the content.
    private mutating func item(depth: Int) throws -> [UInt8]? {
        let initial = try take(1)
        let (major, info) = (initial[initial.startIndex] >> 5, initial[initial.startIndex] & 31)
        var argument = UInt64(info)
        if info >= 24 {
            guard info < 28 else { throw Refused() }
            argument = try take(1 << UInt64(info - 24)).reduce(0) { $0 << 8 | UInt64($1) }
        }
        if major < 7, info >= 24, argument < [24, 1 << 8, 1 << 16, 1 << 32][Int(info - 24)] { isDeterministic = false }
        switch major {
        case 0, 1:
            return [major] + (0..<8).map { UInt8(truncatingIfNeeded: argument >> (56 - 8 * $0)) }
        case 2: return [major] + (try take(argument))
        case 3:
            let content = try take(argument)
            guard String(validating: content, as: UTF8.self) != nil else { throw Refused() }
            return [major] + content
        case 4:
            guard depth < 32 else { throw Refused() }
            var left = argument
            while left > 0 {
                _ = try item(depth: depth + 1)
                left -= 1
            }
        case 5:
            guard depth < 32 else { throw Refused() }
            try map(argument, depth: depth)
        case 7:
            try simple(info: info, argument: argument)
        default: throw Refused()
        }
        return nil
    }

    private mutating func map(_ count: UInt64, depth: Int) throws {
        var keys: Set<[UInt8]> = []
        var last: ArraySlice<UInt8> = []
        var left = count
        while left > 0 {
            let start = position
            guard let key = try item(depth: depth + 1), keys.insert(key).inserted else { throw Refused() }
            let spelling = bytes[start..<position]
            if !last.lexicographicallyPrecedes(spelling) { isDeterministic = false }
            last = spelling
            _ = try item(depth: depth + 1)
            left -= 1
        }
    }

    /// False, true, null and floating-point numbers.
    private mutating func simple(info: UInt8, argument: UInt64) throws {
        switch info {
        case 20, 21, 22, 25: break
        case 26:
            let value = Float(bitPattern: UInt32(argument))
            if value.isNaN || Float(Float16(value)) == value { isDeterministic = false }
        case 27:
            let value = Double(bitPattern: argument)
            if value.isNaN || Double(Float(value)) == value { isDeterministic = false }
        default: throw Refused()
        }
    }
}
