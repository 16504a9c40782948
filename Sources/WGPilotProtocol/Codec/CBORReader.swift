/// The bytes of one validated item, with what is known about where its parts end.
///
/// All containers of one decoding share it. It relies on ``CBORValidator`` having accepted the item: no length, count or
/// text in it is bad, and no nesting too deep.
final class CBORReader {
    /// A fact about one array or map: every entry before `next` has been looked at.
    ///
    /// Facts only save time. There is one per depth, for the container used last at that depth; a container that finds
    /// another's fact in its place starts over.
    private struct Progress {
        /// Where the container's head is; -1 for none.
        var item = -1
        /// Where the first entry not looked at begins.
        var next = 0
        /// The number of entries from there on.
        var remaining = 0
        /// In a sorted document: all keys before `next` are below this.
        var floor: UInt64 = 0
    }

    let bytes: [UInt8]
    private let end: Int
    private let isSorted: Bool
    /// Never accessed while it is being accessed, so that the check at run time, a tenth of the cost of decoding, has
    /// nothing to find: each use below reads or writes one element and calls nobody on the way, and a reader is local to
    /// one call of ``CBORDecoder``.
    @exclusivity(unchecked)
    private var progress: [Progress]

    init(_ bytes: [UInt8], end: Int, isSorted: Bool, maximumDepth: Int) {
        self.bytes = bytes
        self.end = end
        self.isSorted = isSorted
        unsafe progress = Array(repeating: Progress(), count: maximumDepth + 2)
    }

    // MARK: Positions

    /// The value of the field `number` in the map at `item`, or nil if it is absent.
    func field(_ number: UInt64, item: Int, first: Int, count: Int, depth: Int) throws(CBORError) -> Int? {
        var seen = unsafe progress[depth]
        if seen.item != item || (isSorted && number < seen.floor) {
            seen = Progress(item: item, next: first, remaining: count, floor: 0)
        }
        var position = seen.next
        var remaining = seen.remaining
        // A sorted map is read onwards only; any other is read once around from where the last field was found.
        var unread = isSorted ? remaining : count
        while unread > 0 {
            if remaining == 0 {
                position = first
                remaining = count
            }
            let key = try CBORHead(bytes, at: position, end: end)
            if key.major == CBORHead.Major.unsigned {
                if key.argument == number {
                    unsafe progress[depth] = Progress(item: item, next: position, remaining: remaining, floor: number)
                    return key.next
                }
                if isSorted, key.argument > number { break }
            } else if isSorted {
                break
            }
            position = try CBORScan.end(of: bytes, from: position, items: 2, end: end)
            remaining -= 1
            unread -= 1
        }
        unsafe progress[depth] = Progress(item: item, next: position, remaining: remaining, floor: number)
        return nil
    }

    /// Notes that the field found last in the map at `item` has been read through to `next`.
    func finishField(_ number: UInt64, item: Int, depth: Int, next: Int) {
        var seen = unsafe progress[depth]
        guard seen.item == item, seen.remaining > 0, number < .max else { return }
        seen.next = next
        seen.remaining -= 1
        seen.floor = number + 1
        unsafe progress[depth] = seen
    }

    /// Notes how far the array at `item` has been read.
    @inline(__always)
    func advanceArray(item: Int, depth: Int, next: Int, remaining: Int) {
        unsafe progress[depth] = Progress(item: item, next: next, remaining: remaining, floor: 0)
    }

    /// The end of the item at `offset`, which lies at `depth`; cheap when it was just decoded.
    func endOfItem(at offset: Int, depth: Int) throws(CBORError) -> Int {
        let seen = unsafe progress[depth]
        guard seen.item == offset else { return try CBORScan.end(of: bytes, from: offset, end: end) }
        let isMap = bytes[offset] >> 5 == CBORHead.Major.map
        return try CBORScan.end(
            of: bytes, from: seen.next, items: isMap ? seen.remaining * 2 : seen.remaining, end: end)
    }

    /// The keys of the map with entries from `first` that are field numbers.
    func fieldNumbers(first: Int, count: Int) -> [UInt64] {
        var numbers: [UInt64] = []
        var position = first
        for _ in 0..<count {
            guard let key = try? CBORHead(bytes, at: position, end: end),
                let next = try? CBORScan.end(of: bytes, from: position, items: 2, end: end)
            else { break }
            if key.major == CBORHead.Major.unsigned { numbers.append(key.argument) }
            position = next
        }
        return numbers
    }

    // MARK: Items

    @inline(__always)
    func head(at offset: Int) throws(CBORError) -> CBORHead {
        try CBORHead(bytes, at: offset, end: end)
    }

    @inline(__always)
    func isNull(at offset: Int) -> Bool {
        offset < end && bytes[offset] == CBORHead.Simple.null
    }

    func container(isMap: Bool, at offset: Int) throws(CBORError) -> (first: Int, count: Int) {
        let head = try head(at: offset)
        guard head.major == (isMap ? CBORHead.Major.map : CBORHead.Major.array) else {
            throw CBORError(.typeMismatch, at: offset)
        }
        return (head.next, try CBORScan.count(head, itemsEach: isMap ? 2 : 1, at: head.next, end: end))
    }

    func bool(at offset: Int) throws(CBORError) -> Bool {
        guard offset < end else { throw CBORError(.truncated, at: offset) }
        switch bytes[offset] {
        case CBORHead.Simple.true: return true
        case CBORHead.Simple.false: return false
        default: throw CBORError(.typeMismatch, at: offset)
        }
    }

    @inline(__always)
    func integer<T: FixedWidthInteger>(at offset: Int, as type: T.Type = T.self) throws(CBORError) -> T {
        let head = try head(at: offset)
        let value: T?
        switch head.major {
        case CBORHead.Major.unsigned: value = T(exactly: head.argument)
        case CBORHead.Major.negative: value = Int64(exactly: head.argument).flatMap { T(exactly: ~$0) }
        default: throw CBORError(.typeMismatch, at: offset)
        }
        guard let value else { throw CBORError(.numberOutOfRange, at: offset) }
        return value
    }

    /// A floating-point number, or an integer that is one exactly: some languages write 1.0 as 1.
    func double(at offset: Int) throws(CBORError) -> Double {
        let head = try head(at: offset)
        let value: Double?
        switch (head.major, head.info) {
        case (CBORHead.Major.simple, 25):
            value = CBORFloat.double(half: UInt16(truncatingIfNeeded: head.argument))
        case (CBORHead.Major.simple, 26):
            value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: head.argument)))
        case (CBORHead.Major.simple, 27): value = Double(bitPattern: head.argument)
        case (CBORHead.Major.unsigned, _): value = Double(exactly: head.argument)
        case (CBORHead.Major.negative, _): value = Int64(exactly: head.argument).flatMap { Double(exactly: ~$0) }
        default: throw CBORError(.typeMismatch, at: offset)
        }
        guard let value else { throw CBORError(.numberOutOfRange, at: offset) }
        return value
    }

    /// A number that single precision keeps.
    func float(at offset: Int) throws(CBORError) -> Float {
        let value = try double(at: offset)
        let single = Float(value)
        guard value.isNaN || Double(single) == value else { throw CBORError(.numberOutOfRange, at: offset) }
        return single
    }

    @inline(__always)
    private func content(major: UInt8, at offset: Int) throws(CBORError) -> Range<Int> {
        let head = try head(at: offset)
        guard head.major == major else { throw CBORError(.typeMismatch, at: offset) }
        return head.next..<head.next + (try CBORScan.length(head, at: head.next, end: end))
    }

    func string(at offset: Int) throws(CBORError) -> String {
        String(decoding: bytes[try content(major: CBORHead.Major.text, at: offset)], as: UTF8.self)
    }

    func byteString(at offset: Int) throws(CBORError) -> [UInt8] {
        Array(bytes[try content(major: CBORHead.Major.bytes, at: offset)])
    }

    func strings(at offset: Int) throws(CBORError) -> [String] {
        let (first, count) = try container(isMap: false, at: offset)
        var strings: [String] = []
        strings.reserveCapacity(count)
        var position = first
        for index in 0..<count {
            do throws(CBORError) {
                let range = try content(major: CBORHead.Major.text, at: position)
                strings.append(String(decoding: bytes[range], as: UTF8.self))
                position = range.upperBound
            } catch {
                throw error.under("[\(index)]")
            }
        }
        return strings
    }

    func stringMap(at offset: Int) throws(CBORError) -> [String: String] {
        let (first, count) = try container(isMap: true, at: offset)
        var map: [String: String] = [:]
        var position = first
        for _ in 0..<count {
            let key = try content(major: CBORHead.Major.text, at: position)
            let value = try content(major: CBORHead.Major.text, at: key.upperBound)
            let keyText = String(decoding: bytes[key], as: UTF8.self)
            // Two keys of different bytes can be one `String`: Swift compares by canonical equivalence.
            guard map.updateValue(String(decoding: bytes[value], as: UTF8.self), forKey: keyText) == nil else {
                throw CBORError(.duplicateKey, at: position)
            }
            position = value.upperBound
        }
        return map
    }

    /// Decodes any type, byte strings and text collections by their short way.
    @inline(__always)
    func value<T: Decodable>(_ type: T.Type, at offset: Int, depth: Int) throws(CBORError) -> T {
        if type == [UInt8].self, let bytes = identity(try byteString(at: offset), T.self) { return bytes }
        if type == [String].self, let strings = identity(try strings(at: offset), T.self) { return strings }
        if type == [String: String].self, let map = identity(try stringMap(at: offset), T.self) { return map }
        do {
            return try T(from: CBORValueDecoder(reader: self, offset: offset, depth: depth))
        } catch {
            throw CBORError.wrapping(error, at: offset)
        }
    }
}
