/// The decoder that a type is asked to make itself from: it reads the item at one offset.
///
/// Three words, so that `any Decoder` holds it without an allocation.
struct CBORValueDecoder: Decoder {
    let reader: CBORReader
    let offset: Int
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try CBORKeyedDecodingContainer<Key>(reader: reader, item: offset, depth: depth))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try CBORUnkeyedDecodingContainer(reader: reader, item: offset, depth: depth)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        self
    }
}

extension CBORValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        reader.isNull(at: offset)
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try reader.value(type, at: offset, depth: depth)
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try reader.bool(at: offset)
    }

    func decode(_ type: String.Type) throws -> String {
        try reader.string(at: offset)
    }

    func decode(_ type: Double.Type) throws -> Double {
        try reader.double(at: offset)
    }

    func decode(_ type: Float.Type) throws -> Float {
        try reader.float(at: offset)
    }

    func decode(_ type: Int.Type) throws -> Int {
        try reader.integer(at: offset)
    }

    func decode(_ type: Int8.Type) throws -> Int8 {
        try reader.integer(at: offset)
    }

    func decode(_ type: Int16.Type) throws -> Int16 {
        try reader.integer(at: offset)
    }

    func decode(_ type: Int32.Type) throws -> Int32 {
        try reader.integer(at: offset)
    }

    func decode(_ type: Int64.Type) throws -> Int64 {
        try reader.integer(at: offset)
    }

    func decode(_ type: UInt.Type) throws -> UInt {
        try reader.integer(at: offset)
    }

    func decode(_ type: UInt8.Type) throws -> UInt8 {
        try reader.integer(at: offset)
    }

    func decode(_ type: UInt16.Type) throws -> UInt16 {
        try reader.integer(at: offset)
    }

    func decode(_ type: UInt32.Type) throws -> UInt32 {
        try reader.integer(at: offset)
    }

    func decode(_ type: UInt64.Type) throws -> UInt64 {
        try reader.integer(at: offset)
    }
}
