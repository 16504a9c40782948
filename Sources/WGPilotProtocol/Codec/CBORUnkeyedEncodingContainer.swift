/// The elements of an array.
struct CBORUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    let writer: CBORWriter
    let level: CBORWriter.Level

    var codingPath: [any CodingKey] { [] }
    var count: Int { writer.count(at: level) }

    mutating func encodeNil() throws {
        try writer.beginElement(at: level)
        try writer.writeNull()
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try writer.beginElement(at: level)
        do {
            try writer.write(any: value)
            try writer.endEntry(at: level)
        } catch {
            throw CBORError.wrapping(error, at: nil).under("[\(count - 1)]")
        }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        beginNested()
        return KeyedEncodingContainer(
            CBORKeyedEncodingContainer<NestedKey>(writer: writer, level: writer.openContainer(isMap: true)))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        beginNested()
        return CBORUnkeyedEncodingContainer(writer: writer, level: writer.openContainer(isMap: false))
    }

    mutating func superEncoder() -> any Encoder {
        writer.defer(CBORError(.unsupportedCoding))
        return CBORValueEncoder(writer: writer)
    }

    private func beginNested() {
        do throws(CBORError) {
            try writer.beginElement(at: level)
        } catch {
            writer.defer(error)
        }
    }

    mutating func encode(_ value: Bool) throws {
        try writer.beginElement(at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: String) throws {
        try writer.beginElement(at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: Double) throws {
        try writer.beginElement(at: level)
        try writer.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try writer.beginElement(at: level)
        try writer.write(Double(value))
    }

    mutating func encode(_ value: Int) throws {
        try writer.beginElement(at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int8) throws {
        try writer.beginElement(at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int16) throws {
        try writer.beginElement(at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int32) throws {
        try writer.beginElement(at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: Int64) throws {
        try writer.beginElement(at: level)
        try writer.write(signed: Int64(value))
    }

    mutating func encode(_ value: UInt) throws {
        try writer.beginElement(at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt8) throws {
        try writer.beginElement(at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt16) throws {
        try writer.beginElement(at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt32) throws {
        try writer.beginElement(at: level)
        try writer.write(unsigned: UInt64(value))
    }

    mutating func encode(_ value: UInt64) throws {
        try writer.beginElement(at: level)
        try writer.write(unsigned: UInt64(value))
    }
}
