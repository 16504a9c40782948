/// Finds the lowest free host numbers of a network.
public enum AddressAllocator {
    /// The lowest numbers of `numbers` from `hint` on that are neither `reserved` nor in `used`, ascending.
    ///
    /// - Parameters:
    ///   - count: How many are wanted.
    ///   - numbers: The numbers a host may have.
    ///   - reserved: Those that no peer may have, or that are meant for some already: the hub's among them.
    ///   - hint: No number below it is free; the search starts here. Too low a hint costs time only.
    ///   - used: The numbers taken from `hint` on, ascending. Only those up to the last number that is found and one
    ///     more are read, so that an index scan given here stops at the last gap that is needed.
    /// - Returns: The numbers; fewer than wanted when all others are taken.
    public static func lowestFree(
        _ count: Int, in numbers: ClosedRange<Int64>, except reserved: Set<Int64>, from hint: Int64,
        used: () throws -> Int64?
    ) rethrows -> [Int64] {
        var free: [Int64] = []
        var candidate = max(hint, numbers.lowerBound)
        var taken = try used()
        while free.count < count, candidate <= numbers.upperBound {
            if let number = taken, number <= candidate {
                if number == candidate { candidate += 1 }
                taken = try used()
            } else {
                if !reserved.contains(candidate) { free.append(candidate) }
                candidate += 1
            }
        }
        return free
    }
}
