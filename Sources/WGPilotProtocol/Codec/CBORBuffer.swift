/// The bytes of one encoding, and the containers in it that are not complete yet.
///
/// `Codable` never says when a container is complete. A container therefore is a level on the stack `open`, and
/// writing at a level closes everything above it: only then is its head patched with the count.
struct CBORBuffer {
    /// A map or an array whose entries are being written.
    private struct OpenContainer {
        /// Where its one-byte head is. Also the container's identity: no two open at once share it.
        let head: Int
        let isMap: Bool
        var count: UInt64 = 0
        /// The last key written, while keys ascend.
        var lastKey: UInt64 = 0
        var isAscending = true
    }

    /// Names a container to the struct that writes into it.
    struct Level {
        fileprivate let depth: Int
        fileprivate let head: Int
    }

    private(set) var bytes: [UInt8]
    private var open: [OpenContainer] = []
    /// Whether exactly one item may be written now. Without it a value that encodes itself as two items would shift
    /// every later field of the enclosing map.
    private var expectsItem = true
    /// The first error of a call that `Codable` does not let throw; thrown by ``finish()``.
    private var deferredError: CBORError?

    init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
        open.reserveCapacity(8)
    }

    /// Closes what is open and ends the encoding.
    mutating func finish() throws(CBORError) -> [UInt8] {
        try close(downTo: 0)
        if let deferredError { throw deferredError }
        guard !expectsItem else { throw CBORError(.noValue) }
        return bytes
    }

    mutating func `defer`(_ error: CBORError) {
        if deferredError == nil { deferredError = error }
    }

    // MARK: Containers

    mutating func openContainer(isMap: Bool) -> Level {
        if !expectsItem { `defer`(CBORError(.severalValues)) }
        if open.count >= CBORDecoder.Limits.defaultDepth { `defer`(CBORError(.tooDeep)) }
        expectsItem = false
        open.append(OpenContainer(head: bytes.count, isMap: isMap))
        bytes.append(0)
        return Level(depth: open.count, head: bytes.count - 1)
    }

    /// Writes the key of the next entry of the map at `level`; exactly one item must follow.
    @inline(__always)
    mutating func beginEntry(_ key: some CodingKey, at level: Level) throws(CBORError) {
        let index = try enter(level)
        guard let number = key.intValue.flatMap(UInt64.init(exactly:)) else {
            throw CBORError(.fieldWithoutNumber, path: [key.stringValue])
        }
        if number <= open[index].lastKey, open[index].count > 0 {
            guard number != open[index].lastKey else { throw CBORError(.duplicateKey, path: [key.stringValue]) }
            open[index].isAscending = false
        }
        open[index].lastKey = number
        open[index].count += 1
        CBORHead.write(major: CBORHead.Major.unsigned, argument: number, to: &bytes)
        expectsItem = true
    }

    /// Announces the next element of the array at `level`; exactly one item must follow.
    mutating func beginElement(at level: Level) throws(CBORError) {
        let index = try enter(level)
        open[index].count += 1
        expectsItem = true
    }

    /// The number of elements begun at `level`, or 0 when it is closed.
    func count(at level: Level) -> Int {
        guard level.depth <= open.count, open[level.depth - 1].head == level.head else { return 0 }
        return Int(clamping: open[level.depth - 1].count)
    }

    /// Checks that the entry begun last has got its item, nested containers included.
    mutating func endEntry(at level: Level) throws(CBORError) {
        try close(downTo: level.depth)
        guard !expectsItem else { throw CBORError(.noValue) }
    }

    /// Closes the containers above `level` and returns its index on the stack.
    @inline(__always)
    private mutating func enter(_ level: Level) throws(CBORError) -> Int {
        guard level.depth <= open.count, open[level.depth - 1].head == level.head else {
            throw CBORError(.severalValues)
        }
        if open.count > level.depth { try close(downTo: level.depth) }
        guard !expectsItem else { throw CBORError(.noValue) }
        return level.depth - 1
    }

    private mutating func close(downTo depth: Int) throws(CBORError) {
        while open.count > depth, let container = open.popLast() {
            if !container.isAscending { try sortEntries(of: container) }
            let major = container.isMap ? CBORHead.Major.map : CBORHead.Major.array
            if container.count < 24 {
                bytes[container.head] = major << 5 | UInt8(truncatingIfNeeded: container.count)
            } else {
                var head: [UInt8] = []
                CBORHead.write(major: major, argument: container.count, to: &head)
                bytes.replaceSubrange(container.head...container.head, with: head)
            }
        }
    }

    /// Puts the entries of a map into the order of their keys. The keys are unsigned integers, whose order by value is
    /// that of their shortest encodings.
    private mutating func sortEntries(of container: OpenContainer) throws(CBORError) {
        var entries: [(key: UInt64, range: Range<Int>)] = []
        var position = container.head + 1
        while position < bytes.count {
            let key = try CBORHead(bytes, at: position, end: bytes.count)
            let next = try CBORScan.end(of: bytes, from: key.next, end: bytes.count)
            entries.append((key.argument, position..<next))
            position = next
        }
        entries.sort { $0.key < $1.key }
        var sorted: [UInt8] = []
        sorted.reserveCapacity(bytes.count - container.head)
        var previous: UInt64?
        for entry in entries {
            guard entry.key != previous else { throw CBORError(.duplicateKey) }
            previous = entry.key
            sorted.append(contentsOf: bytes[entry.range])
        }
        bytes.replaceSubrange((container.head + 1)..., with: sorted)
    }

    // MARK: Items

    @inline(__always)
    private mutating func takeItem() throws(CBORError) {
        guard expectsItem else { throw CBORError(.severalValues) }
        expectsItem = false
    }

    mutating func writeNull() throws(CBORError) {
        try takeItem()
        bytes.append(CBORHead.Simple.null)
    }

    mutating func write(_ value: Bool) throws(CBORError) {
        try takeItem()
        bytes.append(value ? CBORHead.Simple.true : CBORHead.Simple.false)
    }

    @inline(__always)
    mutating func write(unsigned value: UInt64) throws(CBORError) {
        try takeItem()
        CBORHead.write(major: CBORHead.Major.unsigned, argument: value, to: &bytes)
    }

    @inline(__always)
    mutating func write(signed value: Int64) throws(CBORError) {
        try takeItem()
        if value >= 0 {
            CBORHead.write(major: CBORHead.Major.unsigned, argument: UInt64(value), to: &bytes)
        } else {
            // -1 - n is the complement of n, which no value overflows.
            CBORHead.write(major: CBORHead.Major.negative, argument: UInt64(~value), to: &bytes)
        }
    }

    mutating func write(_ value: String) throws(CBORError) {
        try takeItem()
        append(value)
    }

    mutating func write(_ value: [UInt8]) throws(CBORError) {
        try takeItem()
        CBORHead.write(major: CBORHead.Major.bytes, argument: UInt64(value.count), to: &bytes)
        bytes.append(contentsOf: value)
    }

    mutating func write(_ value: [String]) throws(CBORError) {
        try takeItem()
        CBORHead.write(major: CBORHead.Major.array, argument: UInt64(value.count), to: &bytes)
        for element in value {
            append(element)
        }
    }

    /// Keys in the bytewise order of their encodings: shorter ones first, as the head holds the length.
    mutating func write(_ value: [String: String]) throws(CBORError) {
        try takeItem()
        CBORHead.write(major: CBORHead.Major.map, argument: UInt64(value.count), to: &bytes)
        let entries = value.sorted { left, right in
            let (leftCount, rightCount) = (left.key.utf8.count, right.key.utf8.count)
            return leftCount == rightCount
                ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8) : leftCount < rightCount
        }
        for (key, element) in entries {
            append(key)
            append(element)
        }
    }

    mutating func write(_ value: Double) throws(CBORError) {
        try takeItem()
        let single = Float(value)
        if !value.isNaN, Double(single) != value {
            append(initial: 0xfb, value.bitPattern, width: 8)
        } else if let half = CBORFloat.half(single) {
            append(initial: 0xf9, UInt64(half), width: 2)
        } else {
            append(initial: 0xfa, UInt64(single.bitPattern), width: 4)
        }
    }

    @inline(__always)
    private mutating func append(_ text: String) {
        let utf8 = text.utf8
        CBORHead.write(major: CBORHead.Major.text, argument: UInt64(utf8.count), to: &bytes)
        bytes.append(contentsOf: utf8)
    }

    private mutating func append(initial: UInt8, _ bits: UInt64, width: Int) {
        bytes.append(initial)
        for index in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8)))
        }
    }
}
