/// The entries of a map whose keys are field numbers.
///
/// Small enough for the box that `KeyedEncodingContainer` makes of it to be the container's only allocation.
struct CBORKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: CBORWriter
    let level: CBORWriter.Level

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.writeNull()
    }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        do {
            try writer.write(any: value)
            try writer.endEntry(at: level)
        } catch {
            throw CBORError.wrapping(error, at: nil).under(key.stringValue)
        }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        beginNested(key)
        return KeyedEncodingContainer(
            CBORKeyedEncodingContainer<NestedKey>(writer: writer, level: writer.openContainer(isMap: true)))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        beginNested(key)
        return CBORUnkeyedEncodingContainer(writer: writer, level: writer.openContainer(isMap: false))
    }

    mutating func superEncoder() -> any Encoder {
        writer.defer(CBORError(.unsupportedCoding))
        return CBORValueEncoder(writer: writer)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        superEncoder()
    }

    private func beginNested(_ key: Key) {
        do throws(CBORError) {
            try writer.beginEntry(key, at: level)
        } catch {
            writer.defer(error)
        }
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(Double(value))
    }

    mutating func encode(_ value: Int, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int8, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int16, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int32, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int64, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: UInt, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt8, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt16, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt32, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt64, forKey key: Key) throws {
        try writer.beginEntry(key, at: level)
        try writer.write(unsigned: UInt64(value))
    }
}
