/// Finds the lowest free host number of a network.
public enum AddressAllocator {
    /// The lowest number of `numbers` from `hint` on that is neither `reserved` nor in `used`.
    ///
    /// - Parameters:
    ///   - numbers: The numbers a host may have.
    ///   - reserved: The one among them that no peer may have: the hub's.
    ///   - hint: No number below it is free; the search starts here. Too low a hint costs time only.
    ///   - used: The numbers taken from `hint` on, ascending. Only the run without a gap is read, so that an index
    ///     scan given here stops at the first gap.
    /// - Returns: The number, or nil when all are taken.
    public static func lowestFree(
        in numbers: ClosedRange<Int64>, except reserved: Int64, from hint: Int64, used: () throws -> Int64?
    ) rethrows -> Int64? {
        var candidate = max(hint, numbers.lowerBound)
        if candidate == reserved { candidate += 1 }
        while let taken = try used() {
            if taken > candidate { break }
            if taken == candidate { candidate += 1 }
            if candidate == reserved { candidate += 1 }
        }
        return candidate <= numbers.upperBound ? candidate : nil
    }
}
