/// Walks over items without decoding them.
enum CBORScan {
    /// The end of `items` consecutive items, of which the first begins at `offset`.
    ///
    /// For bytes that are known to be in the subset of ``CBORValidator``; on others it may throw or end anywhere within
    /// the input, and nothing worse.
    static func end(of bytes: [UInt8], from offset: Int, items: Int = 1, end: Int) throws(CBORError) -> Int {
        var position = offset
        var remaining = items
        while remaining > 0 {
            let head = try CBORHead(bytes, at: position, end: end)
            position = head.next
            remaining -= 1
            switch head.major {
            case CBORHead.Major.bytes, CBORHead.Major.text:
                position += try length(head, at: position, end: end)
            case CBORHead.Major.array:
                remaining += try count(head, itemsEach: 1, at: position, end: end)
            case CBORHead.Major.map:
                remaining += 2 * (try count(head, itemsEach: 2, at: position, end: end))
            default:
                break
            }
        }
        return position
    }

    /// The length of a string whose content begins at `offset`, checked against the bytes left.
    @inline(__always)
    static func length(_ head: CBORHead, at offset: Int, end: Int) throws(CBORError) -> Int {
        guard let length = Int(exactly: head.argument), length <= end - offset else {
            throw CBORError(.truncated, at: offset)
        }
        return length
    }

    /// The count of an array or map whose entries begin at `offset`. Each item takes a byte at least, so a count beyond
    /// the bytes left is refused before anybody allocates for it.
    @inline(__always)
    static func count(_ head: CBORHead, itemsEach: Int, at offset: Int, end: Int) throws(CBORError) -> Int {
        guard let count = Int(exactly: head.argument), count <= (end - offset) / itemsEach else {
            throw CBORError(.truncated, at: offset)
        }
        return count
    }
}
