/// The buffer that all containers of one encoding share.
final class CBORWriter {
    typealias Level = CBORBuffer.Level

    /// Never accessed while it is being accessed, so that the check at run time, a tenth of the cost of encoding, has
    /// nothing to find: each step below is one call into the buffer, which calls no `Encodable` type (a key's number is
    /// asked for, which is a computation of the key's own), and a writer is local to one call of ``CBOREncoder``.
    @exclusivity(unchecked)
    private var buffer: CBORBuffer

    init(appendingTo bytes: consuming [UInt8]) {
        unsafe buffer = CBORBuffer(appendingTo: bytes)
    }

    var bytes: [UInt8] { unsafe buffer.bytes }

    func finish() throws(CBORError) -> [UInt8] { try unsafe buffer.finish() }
    func `defer`(_ error: CBORError) { unsafe buffer.defer(error) }
    func openContainer(isMap: Bool) -> Level { unsafe buffer.openContainer(isMap: isMap) }
    func beginEntry(_ key: some CodingKey, at level: Level) throws(CBORError) {
        try unsafe buffer.beginEntry(key, at: level)
    }
    func beginElement(at level: Level) throws(CBORError) { try unsafe buffer.beginElement(at: level) }
    func endEntry(at level: Level) throws(CBORError) { try unsafe buffer.endEntry(at: level) }
    func count(at level: Level) -> Int { unsafe buffer.count(at: level) }
    func writeNull() throws(CBORError) { try unsafe buffer.writeNull() }
    func write(unsigned value: UInt64) throws(CBORError) { try unsafe buffer.write(unsigned: value) }
    func write(signed value: Int64) throws(CBORError) { try unsafe buffer.write(signed: value) }
    func write(_ value: Bool) throws(CBORError) { try unsafe buffer.write(value) }
    func write(_ value: Double) throws(CBORError) { try unsafe buffer.write(value) }
    func write(_ value: String) throws(CBORError) { try unsafe buffer.write(value) }
    func write(_ value: [UInt8]) throws(CBORError) { try unsafe buffer.write(value) }
    func write(_ value: [String]) throws(CBORError) { try unsafe buffer.write(value) }
    func write(_ value: [String: String]) throws(CBORError) { try unsafe buffer.write(value) }
}
