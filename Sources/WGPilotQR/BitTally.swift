/// How many ones were in many words of bits, counted in some columns of such words at once.
///
/// As the usual count of one word (H. S. Warren, Hacker's Delight, 5-1), but the sums of 16 bits each are added up at the
/// very end, for which there must be fewer than 1,300 words.
struct BitTally {
    /// A word of each column. Four were faster than two or eight, on processors that handle two at once.
    typealias Words = SIMD4<UInt64>
    /// A number for each column.
    typealias Counts = SIMD4<Int>

    private var sums = Words.zero

    /// Adds the ones of a word of each column.
    @inline(__always)
    mutating func add(_ bits: Words) {
        add(nibbles: Self.nibbles(bits))
    }

    /// Adds the ones of a word of each column, and those of another two times.
    @inline(__always)
    mutating func add(_ bits: Words, andTwice others: Words) {
        let twice = Self.nibbles(others)
        add(nibbles: Self.nibbles(bits) &+ twice &+ twice)
    }

    /// The ones of each column.
    var total: Counts {
        var total = Counts.zero
        for field in 0..<4 { total &+= Counts(truncatingIfNeeded: sums &>> UInt64(16 * field) & 0xFFFF) }
        return total
    }

    /// The ones of each four bits, at most 4.
    @inline(__always)
    private static func nibbles(_ bits: Words) -> Words {
        let pairs = bits &- (bits &>> 1 & 0x5555_5555_5555_5555)
        return (pairs & 0x3333_3333_3333_3333) &+ (pairs &>> 2 & 0x3333_3333_3333_3333)
    }

    @inline(__always)
    private mutating func add(nibbles: Words) {
        let bytes = (nibbles & 0x0F0F_0F0F_0F0F_0F0F) &+ (nibbles &>> 4 & 0x0F0F_0F0F_0F0F_0F0F)
        sums &+= (bytes & 0x00FF_00FF_00FF_00FF) &+ (bytes &>> 8 & 0x00FF_00FF_00FF_00FF)
    }
}
