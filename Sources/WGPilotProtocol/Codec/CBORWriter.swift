/// The buffer that all containers of one encoding share.
///
/// The state is one value in one property, so that each step costs a single run-time check of exclusive access.
final class CBORWriter {
    typealias Level = CBORBuffer.Level

    private var buffer: CBORBuffer

    init(appendingTo bytes: consuming [UInt8]) {
        buffer = CBORBuffer(appendingTo: bytes)
    }

    var bytes: [UInt8] { buffer.bytes }

    func finish() throws(CBORError) -> [UInt8] { try buffer.finish() }
    func `defer`(_ error: CBORError) { buffer.defer(error) }
    func openContainer(isMap: Bool) -> Level { buffer.openContainer(isMap: isMap) }
    func beginEntry(_ key: some CodingKey, at level: Level) throws(CBORError) { try buffer.beginEntry(key, at: level) }
    func beginElement(at level: Level) throws(CBORError) { try buffer.beginElement(at: level) }
    func endEntry(at level: Level) throws(CBORError) { try buffer.endEntry(at: level) }
    func count(at level: Level) -> Int { buffer.count(at: level) }
    func writeNull() throws(CBORError) { try buffer.writeNull() }
    func write(unsigned value: UInt64) throws(CBORError) { try buffer.write(unsigned: value) }
    func write(signed value: Int64) throws(CBORError) { try buffer.write(signed: value) }
    func write(_ value: Bool) throws(CBORError) { try buffer.write(value) }
    func write(_ value: Double) throws(CBORError) { try buffer.write(value) }
    func write(_ value: String) throws(CBORError) { try buffer.write(value) }
    func write(_ value: [UInt8]) throws(CBORError) { try buffer.write(value) }
    func write(_ value: [String]) throws(CBORError) { try buffer.write(value) }
    func write(_ value: [String: String]) throws(CBORError) { try buffer.write(value) }
}
