/// Integers as netlink carries them: in the byte order of the machine, unaligned, in plain byte arrays.
extension FixedWidthInteger where Self: BitwiseCopyable {
    /// Reads an integer in host byte order from exactly its width of bytes; nil for another count.
    init?(hostOrder bytes: ArraySlice<UInt8>) {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        // A dump of many peers holds a million of them: one load each instead of a loop over the bytes.
        self = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Self.self) }
    }
}

extension FixedWidthInteger {
    /// The bytes in host byte order.
    var hostOrder: [UInt8] {
        let value = littleEndian
        return (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Self(truncatingIfNeeded: 8 * $0)) }
    }
}

extension [UInt8] {
    /// Overwrites bytes at a place that must exist; does nothing where it does not.
    mutating func overwrite(at offset: Int, with bytes: [UInt8]) {
        guard offset >= 0, offset <= count, bytes.count <= count - offset else { return }
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
