/// Finds the lowest free host number of a network.
public enum AddressAllocator {
    /// The lowest number of `numbers` from `hint` on that is not in `used`.
    ///
    /// - Parameters:
    ///   - numbers: The numbers a peer may have.
    ///   - hint: No number below it is free; the search starts here. Too low a hint costs time only.
    ///   - used: The numbers taken from `hint` on, ascending. Only the run without a gap is read, so that an index
    ///     scan given here stops at the first gap.
    /// - Returns: The number, or nil when all are taken.
    public static func lowestFree(
        in numbers: ClosedRange<Int64>, from hint: Int64, used: () throws -> Int64?
    ) rethrows -> Int64? {
        var candidate = max(hint, numbers.lowerBound)
        while let taken = try used() {
            if taken > candidate { break }
            if taken == candidate { candidate += 1 }
        }
        return candidate <= numbers.upperBound ? candidate : nil
    }
}
