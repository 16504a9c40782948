import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("The next free numbers")
struct AddressAllocatorTests {
    @Test(
        "the lowest number that is free",
        arguments: [
            (2...254, 2, [], 2), (2...254, 2, [2, 3, 4], 5), (2...254, 2, [2, 4], 3), (2...254, 2, [3], 2),
            // The hub's own number and others below the range are in the index too.
            (2...254, 0, [0, 1, 2], 3), (2...254, 0, [1], 2),
            // From the hint on.
            (2...254, 10, [10, 11], 12), (2...254, 10, [12], 10),
            // The last one, and none.
            (2...4, 2, [2, 3], 4), (2...4, 2, [2, 3, 4], nil), (2...2, 2, [2], nil), (2...2, 2, [], 2),
            (2...4, 5, [], nil), (2...4, 4, [4], nil),
        ] as [(ClosedRange<Int64>, Int64, [Int64], Int64?)])
    func lowest(numbers: ClosedRange<Int64>, hint: Int64, used: [Int64], expected: Int64?) {
        var rest = used[...]
        let free = AddressAllocator.lowestFree(1, in: numbers, except: [1], from: hint) { rest.popFirst() }
        #expect(free == (expected.map { [$0] } ?? []))
    }

    @Test(
        "several, without those that are meant for others",
        arguments: [
            (3, 2...254, [], [2, 3, 4]), (3, 2...254, [2, 4, 5, 7], [3, 8, 9]), (0, 2...254, [2], []),
            // Fewer than wanted.
            (5, 2...7, [3], [2, 4, 5, 7]), (2, 2...6, [2, 3, 4, 5], []),
        ] as [(Int, ClosedRange<Int64>, [Int64], [Int64])])
    func several(count: Int, numbers: ClosedRange<Int64>, used: [Int64], expected: [Int64]) {
        var rest = used[...]
        let free = AddressAllocator.lowestFree(count, in: numbers, except: [1, 6], from: 2) { rest.popFirst() }
        #expect(free == expected)
    }

    @Test(
        "a network that was filled, thinned and filled again agrees with a search from the bottom",
        arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let numbers: ClosedRange<Int64> = 1...Int64(2 + random.number(below: 40))
        let hub = Int64.random(in: numbers, using: &random)
        var used: Set<Int64> = []
        var hint = numbers.lowerBound
        for _ in 0..<600 {
            if random.once(in: 3), let freed = used.sorted().randomElement(using: &random) {
                used.remove(freed)
                hint = min(hint, freed)
            } else {
                // Too low a hint costs time only.
                let from = random.once(in: 4) ? numbers.lowerBound : hint
                var rest = used.filter { $0 >= from }.sorted()[...]
                let before = rest.count
                let count = 1 + random.number(below: 3)
                let free = AddressAllocator.lowestFree(count, in: numbers, except: [hub], from: from) {
                    rest.popFirst()
                }
                #expect(free == Array(numbers.filter { !used.contains($0) && $0 != hub }.prefix(count)))
                // Adding peers must not read all peers: the run up to the last gap and the one that ends it.
                let end = free.count == count ? free.last ?? 0 : numbers.upperBound + 1
                #expect(Int64(before - rest.count) <= end - from + 1)
                if let last = free.last {
                    used.formUnion(free)
                    hint = last + 1
                }
            }
        }
    }

    @Test("an error of the index ends the search")
    func passesErrorsOn() {
        struct Broken: Error {}
        #expect(throws: Broken.self) {
            try AddressAllocator.lowestFree(1, in: 2...4, except: [1], from: 2) { throw Broken() }
        }
    }
}
