/// The fields of a map, looked up by number.
struct CBORKeyedDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let reader: CBORReader
    private let item: Int
    private let first: Int
    private let count: Int
    private let depth: Int

    init(reader: CBORReader, item: Int, depth: Int) throws(CBORError) {
        self.reader = reader
        self.item = item
        self.depth = depth
        (first, count) = try reader.container(isMap: true, at: item)
    }

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        reader.fieldNumbers(first: first, count: count).compactMap { Int(exactly: $0).flatMap(Key.init(intValue:)) }
    }

    func contains(_ key: Key) -> Bool {
        ((try? position(key)) ?? nil) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        reader.isNull(at: try required(key))
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try value(at: try required(key), key)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let offset = try present(key) else { return nil }
        return try value(at: offset, key) as T
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in
            KeyedDecodingContainer(
                try CBORKeyedDecodingContainer<NestedKey>(reader: reader, item: offset, depth: depth + 1))
        }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in
            try CBORUnkeyedDecodingContainer(reader: reader, item: offset, depth: depth + 1)
        }
    }

    func superDecoder() throws -> any Decoder {
        throw CBORError(.unsupportedCoding, at: item)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw CBORError(.unsupportedCoding, at: item)
    }

    // MARK: Looking up

    @inline(__always)
    private func position(_ key: Key) throws(CBORError) -> Int? {
        try reader.field(try number(key), item: item, first: first, count: count, depth: depth)
    }

    private func number(_ key: Key) throws(CBORError) -> UInt64 {
        guard let number = key.intValue.flatMap(UInt64.init(exactly:)) else {
            throw CBORError(.fieldWithoutNumber, at: item, path: [key.stringValue])
        }
        return number
    }

    @inline(__always)
    private func required(_ key: Key) throws(CBORError) -> Int {
        guard let offset = try position(key) else {
            throw CBORError(.missingField, at: item, path: [key.stringValue])
        }
        return offset
    }

    /// The field's value unless it is absent or null.
    @inline(__always)
    private func present(_ key: Key) throws(CBORError) -> Int? {
        guard let offset = try position(key), !reader.isNull(at: offset) else { return nil }
        return offset
    }

    private func value<T: Decodable>(at offset: Int, _ key: Key) throws(CBORError) -> T {
        do throws(CBORError) {
            let value = try reader.value(T.self, at: offset, depth: depth + 1)
            let next = try reader.endOfItem(at: offset, depth: depth + 1)
            reader.finishField(try number(key), item: item, depth: depth, next: next)
            return value
        } catch {
            throw error.under(key.stringValue)
        }
    }

    @inline(__always)
    private func under<T>(_ key: Key, _ body: () throws(CBORError) -> T) throws(CBORError) -> T {
        do throws(CBORError) {
            return try body()
        } catch {
            throw error.under(key.stringValue)
        }
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.bool(at: offset) }
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.bool(at: offset) }
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.string(at: offset) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.string(at: offset) }
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.double(at: offset) }
    }

    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.double(at: offset) }
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.float(at: offset) }
    }

    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.float(at: offset) }
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        let offset = try required(key)
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }

    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        guard let offset = try present(key) else { return nil }
        return try under(key) { () throws(CBORError) in try reader.integer(at: offset) }
    }
}
