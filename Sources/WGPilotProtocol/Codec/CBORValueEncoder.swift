/// The encoder that a value is asked to encode itself with: it writes one item.
struct CBORValueEncoder: Encoder {
    let writer: CBORWriter

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            CBORKeyedEncodingContainer<Key>(writer: writer, level: writer.openContainer(isMap: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        CBORUnkeyedEncodingContainer(writer: writer, level: writer.openContainer(isMap: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self
    }
}

extension CBORValueEncoder: SingleValueEncodingContainer {
    mutating func encodeNil() throws {
        try writer.writeNull()
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try writer.write(any: value)
    }

    mutating func encode(_ value: Bool) throws {
        try writer.write(value)
    }

    mutating func encode(_ value: String) throws {
        try writer.write(value)
    }

    mutating func encode(_ value: Double) throws {
        try writer.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try writer.write(Double(value))
    }

    mutating func encode(_ value: Int) throws {
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int8) throws {
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int16) throws {
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int32) throws {
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int64) throws {
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: UInt) throws {
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt8) throws {
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt16) throws {
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt32) throws {
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt64) throws {
        try writer.write(unsigned: UInt64(value))
    }
}

extension CBORWriter {
    /// Writes a value of any type, byte strings and text collections by their short way.
    @inline(__always)
    func write<T: Encodable>(any value: T) throws {
        if let bytes = identity(value, [UInt8].self) {
            try write(bytes)
        } else if let strings = identity(value, [String].self) {
            try write(strings)
        } else if let map = identity(value, [String: String].self) {
            try write(map)
        } else {
            try value.encode(to: CBORValueEncoder(writer: self))
        }
    }
}
