/// The elements of an array, in order.
struct CBORUnkeyedDecodingContainer: UnkeyedDecodingContainer {
    private let reader: CBORReader
    private let item: Int
    private let total: Int
    private let depth: Int
    private var offset: Int
    private(set) var currentIndex = 0

    init(reader: CBORReader, item: Int, depth: Int) throws(CBORError) {
        self.reader = reader
        self.item = item
        self.depth = depth
        (offset, total) = try reader.container(isMap: false, at: item)
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { total }
    var isAtEnd: Bool { currentIndex >= total }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw CBORError(.missingElement, at: offset, path: ["[\(currentIndex)]"]) }
        guard reader.isNull(at: offset) else { return false }
        return try next { (_, _) throws(CBORError) in true }
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let depth = depth + 1
        return try next { (reader, offset) throws(CBORError) in try reader.value(type, at: offset, depth: depth) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let depth = depth + 1
        return try next { (reader, offset) throws(CBORError) in
            KeyedDecodingContainer(
                try CBORKeyedDecodingContainer<NestedKey>(reader: reader, item: offset, depth: depth))
        }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let depth = depth + 1
        return try next { (reader, offset) throws(CBORError) in
            try CBORUnkeyedDecodingContainer(reader: reader, item: offset, depth: depth)
        }
    }

    mutating func superDecoder() throws -> any Decoder {
        throw CBORError(.unsupportedCoding, at: offset)
    }

    /// Decodes the next element and steps over it. On an error nothing moves, as `Codable` asks for.
    @inline(__always)
    private mutating func next<T>(_ body: (CBORReader, Int) throws(CBORError) -> T) throws(CBORError) -> T {
        do throws(CBORError) {
            guard !isAtEnd else { throw CBORError(.missingElement, at: offset) }
            let value = try body(reader, offset)
            offset = try reader.endOfItem(at: offset, depth: depth + 1)
            currentIndex += 1
            reader.advanceArray(item: item, depth: depth, next: offset, remaining: total - currentIndex)
            return value
        } catch {
            throw error.under("[\(currentIndex)]")
        }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try next { (reader, offset) throws(CBORError) in try reader.bool(at: offset) }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try next { (reader, offset) throws(CBORError) in try reader.string(at: offset) }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try next { (reader, offset) throws(CBORError) in try reader.double(at: offset) }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try next { (reader, offset) throws(CBORError) in try reader.float(at: offset) }
    }

    mutating func decode(_ type: Int.Type) throws -> Int {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: UInt.Type) throws -> UInt {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }

    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try next { (reader, offset) throws(CBORError) in try reader.integer(at: offset) }
    }
}
