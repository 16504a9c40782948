import CTextSearch

/// Texts of many, one after another in one piece of memory, in which another text is looked for.
struct TextColumn: Sendable {
    /// What stands behind each text.
    private static let separator: UInt8 = 0

    private var bytes: [UInt8] = []
    /// Where the texts of each of the many end.
    private var ends: [Int] = []
    /// How often each byte is among the first ones, for which the later ones are taken to be like.
    private var frequencies: [Int] = Array(repeating: 0, count: 256)
    /// Which two bytes stand side by side in a text: what has others does not have to be looked for.
    private var pairs: [Bool] = Array(repeating: false, count: 65536)

    /// How many have texts in it.
    var count: Int { ends.count }

    /// Adds a text to those of the one that comes next.
    mutating func append(_ text: some Sequence<UInt8>) {
        var last: UInt8?
        for byte in text {
            if let last { pairs[Self.pair(last, byte)] = true }
            last = byte
            bytes.append(byte)
        }
        bytes.append(Self.separator)
    }

    /// Ends the texts of one.
    mutating func end() {
        if bytes.count < 65536 {
            for byte in bytes[(ends.last ?? 0)...] { frequencies[Int(byte)] += 1 }
        }
        ends.append(bytes.count)
    }

    /// Which of the many have a text, in order; nil where it is clear that there are more than `limit`.
    ///
    /// Time grows with the size of it all: about a quarter of a millisecond for 60,000 names and e-mail addresses. It is none
    /// where the text has two letters side by side that nobody's has.
    /// - Parameter sure: So many are looked for in any case; after that there are taken to be as many further on as there
    ///   were up to here.
    func places(_ needle: [UInt8], atMost limit: Int, sure: Int) -> [Int]? {
        guard zip(needle, needle.dropFirst()).allSatisfy({ pairs[Self.pair($0, $1)] }) else { return [] }
        var rarest = needle.indices.sorted { frequencies[Int(needle[$0])] < frequencies[Int(needle[$1])] }
        guard let first = rarest.first else { return nil }
        while rarest.count < Int(WGP_TEXT_RARE) { rarest.append(first) }
        var found: [Int] = []
        var place = 0
        var start = 0
        while let hit = hit(needle, rarest, from: start) {
            // Most have nothing: jumps over them, further and further, beat a step for each.
            var jump = 1
            while place + jump < count, ends[place + jump] <= hit {
                place += jump
                jump *= 2
            }
            place = ends.firstIndex(from: place, to: min(place + jump, count)) { $0 > hit }
            guard place < count else { break }
            if found.count >= limit || (found.count >= sure && found.count * count > limit * place) { return nil }
            found.append(place)
            start = ends[place]
            place += 1
        }
        return found
    }

    private static func pair(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 8 | Int(second) }

    private func hit(_ needle: [UInt8], _ rarest: [Int], from start: Int) -> Int? {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe needle.withUnsafeBytes { needle in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
                let place = unsafe wgp_text_find(
                    rest.baseAddress, rest.count, needle.baseAddress, needle.count, rarest)
                return place < 0 ? nil : start + place
            }
        }
    }
}

extension Array {
    /// The first index of some where a condition holds that holds for all after it, too; the end where it never does.
    func firstIndex(from start: Int, to end: Int, where holds: (Element) -> Bool) -> Int {
        var low = start
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
