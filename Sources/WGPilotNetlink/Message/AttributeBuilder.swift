/// Writes a tree of netlink attributes and computes its lengths.
///
/// An attribute is (linux/netlink.h, `struct nlattr`):
///
///      0      2      4
///     +------+------+---------------------+-----------+
///     | len  | type | payload, len-4 bytes| 0…3 zeros |
///     +------+------+---------------------+-----------+
///
/// `len` counts header and payload but not the padding, in host byte order, and has sixteen bits. Something longer is
/// remembered as an overflow, which ``finish()`` reports, so that the encoders need no error handling of their own.
struct AttributeBuilder {
    private(set) var bytes: [UInt8] = []
    private var overflow = false

    /// Makes a builder whose attributes follow a header that the family prescribes.
    ///
    /// - Parameter capacity: How many bytes will be needed. Worth giving where there are secrets among them: an array
    ///   that grows leaves a copy behind.
    init(header: [UInt8] = [], capacity: Int = 256) {
        bytes.reserveCapacity(max(capacity, header.count))
        bytes += header
        pad()
    }

    /// The bytes, or an error when something in them was too long.
    func finish() throws(NetlinkError) -> [UInt8] {
        if overflow { throw .tooLong }
        return bytes
    }

    /// An attribute of raw bytes.
    mutating func put(_ type: UInt16, bytes payload: some Collection<UInt8>) {
        let start = open(type)
        bytes += payload
        close(start)
    }

    /// An attribute of one integer in host byte order.
    mutating func put(_ type: UInt16, integer: some FixedWidthInteger) {
        let start = open(type)
        append(integer)
        close(start)
    }

    /// An attribute of text with the terminator that the kernel wants (`NLA_NUL_STRING`).
    mutating func put(_ type: UInt16, string: String) {
        let start = open(type)
        bytes += string.utf8
        bytes.append(0)
        close(start)
    }

    /// An attribute that holds attributes; marked as such (`NLA_F_NESTED`), unless the family is older than that.
    mutating func nested(_ type: UInt16, isMarked: Bool = true, _ body: (inout AttributeBuilder) -> Void) {
        let start = open(isMarked ? type | Self.nestedFlag : type)
        body(&self)
        close(start)
    }

    /// Attributes that were encoded before.
    mutating func append(encoded: [UInt8]) {
        bytes += encoded
        pad()
    }

    /// `NLA_F_NESTED`, linux/netlink.h.
    private static let nestedFlag: UInt16 = 1 << 15
    private static let headerLength = 4

    private mutating func open(_ type: UInt16) -> Int {
        let start = bytes.count
        append(UInt16(0))
        append(type)
        return start
    }

    /// Without an array in between: a device of many peers has a million attributes.
    private mutating func append(_ integer: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: integer) { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func close(_ start: Int) {
        if let length = UInt16(exactly: bytes.count - start) {
            bytes[start] = UInt8(truncatingIfNeeded: length.littleEndian)
            bytes[start + 1] = UInt8(truncatingIfNeeded: length.littleEndian >> 8)
        } else {
            overflow = true
        }
        pad()
    }

    private mutating func pad() {
        while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
    }
}
