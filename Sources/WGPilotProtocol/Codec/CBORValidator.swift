/// Checks one whole item before any of it is decoded.
///
/// Accepts well-formed CBOR (RFC 8949 Appendix C) of definite lengths, without tags, with no simple values but false,
/// true and null, with map keys that are integers or strings, none twice, and with text that is UTF-8. Longer heads than
/// needed and maps out of order are accepted: they can be read in one way only, and not every language's encoder is
/// deterministic. Unknown fields are held to the same rules as known ones.
struct CBORValidator {
    private let bytes: [UInt8]
    private let end: Int
    private let maximumDepth: Int
    /// Whether every map seen had its keys in order, which lets the reader look fields up without scanning on.
    private(set) var isSorted = true

    /// A map key by value, so that two spellings of one number are the same key.
    private struct Key: Hashable {
        let major: UInt8
        let argument: UInt64
        let content: ArraySlice<UInt8>

        /// The bytewise order of the keys' deterministic encodings (RFC 8949 §4.2.1).
        func precedes(_ other: Key) -> Bool {
            if major != other.major { return major < other.major }
            if argument != other.argument { return argument < other.argument }
            return content.lexicographicallyPrecedes(other.content)
        }
    }

    init(_ bytes: [UInt8], end: Int, maximumDepth: Int) {
        self.bytes = bytes
        self.end = end
        self.maximumDepth = maximumDepth
    }

    /// Checks the item at `offset` and returns its end. `depth` is the number of containers around it.
    mutating func validate(at offset: Int, depth: Int = 0) throws(CBORError) -> Int {
        let head = try CBORHead(bytes, at: offset, end: end)
        switch head.major {
        case CBORHead.Major.unsigned, CBORHead.Major.negative:
            return head.next
        case CBORHead.Major.bytes:
            return head.next + (try CBORScan.length(head, at: head.next, end: end))
        case CBORHead.Major.text:
            return try validateText(head)
        case CBORHead.Major.array:
            guard depth < maximumDepth else { throw CBORError(.tooDeep, at: offset) }
            let count = try CBORScan.count(head, itemsEach: 1, at: head.next, end: end)
            var position = head.next
            for _ in 0..<count {
                position = try validate(at: position, depth: depth + 1)
            }
            return position
        case CBORHead.Major.map:
            guard depth < maximumDepth else { throw CBORError(.tooDeep, at: offset) }
            return try validateMap(head, depth: depth)
        case CBORHead.Major.tag:
            throw CBORError(.tagged, at: offset)
        default:
            switch head.info {
            case 20, 21, 22, 25, 26, 27: return head.next
            // A second byte below 32 would be another spelling of a one-byte simple value (RFC 8949 §3.3).
            case 24 where head.argument < 32: throw CBORError(.malformedHead, at: offset)
            default: throw CBORError(.unsupportedSimpleValue, at: offset)
            }
        }
    }

    private func validateText(_ head: CBORHead) throws(CBORError) -> Int {
        let next = head.next + (try CBORScan.length(head, at: head.next, end: end))
        let content = bytes.span.extracting(head.next..<next)
        do {
            _ = try UTF8Span(validating: content)
        } catch {
            throw CBORError(.invalidUTF8, at: head.next)
        }
        return next
    }

    private mutating func validateMap(_ head: CBORHead, depth: Int) throws(CBORError) -> Int {
        let count = try CBORScan.count(head, itemsEach: 2, at: head.next, end: end)
        var position = head.next
        var ascends = true
        // Numbers are compared here, without the cost of a `Key`: nearly every map has no other keys.
        var lastNumber: UInt64?
        var lastKey: Key?
        for _ in 0..<count {
            let keyOffset = position
            let keyHead = try CBORHead(bytes, at: keyOffset, end: end)
            if keyHead.major == CBORHead.Major.unsigned {
                if let lastNumber, lastNumber >= keyHead.argument { ascends = false }
                if lastKey != nil { ascends = false }
                lastNumber = keyHead.argument
                position = keyHead.next
            } else {
                let (key, next) = try key(keyHead, at: keyOffset)
                if let lastKey, !lastKey.precedes(key) { ascends = false }
                lastKey = key
                position = next
            }
            position = try validate(at: position, depth: depth + 1)
        }
        if !ascends {
            isSorted = false
            try refuseDuplicates(from: head.next, count: count)
        }
        return position
    }

    private func key(_ head: CBORHead, at offset: Int) throws(CBORError) -> (Key, next: Int) {
        switch head.major {
        case CBORHead.Major.unsigned, CBORHead.Major.negative:
            return (Key(major: head.major, argument: head.argument, content: []), head.next)
        case CBORHead.Major.bytes, CBORHead.Major.text:
            let next =
                head.major == CBORHead.Major.text
                ? try validateText(head) : head.next + (try CBORScan.length(head, at: head.next, end: end))
            return (Key(major: head.major, argument: head.argument, content: bytes[head.next..<next]), next)
        default:
            throw CBORError(.unsupportedKey, at: offset)
        }
    }

    private func refuseDuplicates(from first: Int, count: Int) throws(CBORError) {
        var seen = Set<Key>(minimumCapacity: count)
        var position = first
        for _ in 0..<count {
            let (key, next) = try key(try CBORHead(bytes, at: position, end: end), at: position)
            guard seen.insert(key).inserted else { throw CBORError(.duplicateKey, at: position) }
            position = try CBORScan.end(of: bytes, from: next, end: end)
        }
    }
}
