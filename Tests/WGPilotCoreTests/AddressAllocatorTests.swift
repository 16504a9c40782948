import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("The next free number")
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
        #expect(AddressAllocator.lowestFree(in: numbers, except: 1, from: hint) { rest.popFirst() } == expected)
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
                let number = AddressAllocator.lowestFree(in: numbers, except: hub, from: from) { rest.popFirst() }
                #expect(number == numbers.first { !used.contains($0) && $0 != hub })
                // Adding a peer must not read all peers: the run up to the gap and the one that ends it.
                let end = number ?? numbers.upperBound + 1
                #expect(Int64(before - rest.count) <= end - from + 1)
                if let number {
                    used.insert(number)
                    hint = number + 1
                }
            }
        }
    }

    @Test("an error of the index ends the search")
    func passesErrorsOn() {
        struct Broken: Error {}
        #expect(throws: Broken.self) {
            try AddressAllocator.lowestFree(in: 2...4, except: 1, from: 2) { throw Broken() }
        }
    }
}
