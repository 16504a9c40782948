import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("The connections with most bytes")
struct LargestConnectionsTests {
    private static func connection(_ id: UInt32, _ bytes: UInt64?) throws -> TrackedConnection {
        let address = try #require(IPAddress("10.8.0.2"))
        return TrackedConnection(
            id: id, protocolNumber: 6, original: .init(source: address, destination: address, bytes: bytes),
            reply: .init(source: address, destination: address, bytes: bytes.map { _ in 0 }))
    }

    @Test("those that are kept are those that sorting all of them would give, in that order")
    func model() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let count = Int.random(in: 0..<60, using: &generator)
            let most = Int.random(in: -1..<20, using: &generator)
            // Few different numbers, so that many are equal.
            let all = try (0..<UInt32(count)).map { id in
                try Self.connection(
                    id, [nil, 0, 1, 2, 3, 50, .max].randomElement(using: &generator).flatMap(\.self))
            }.shuffled(using: &generator)
            var largest = LargestConnections(most)
            for connection in all { largest.add(connection) }
            let sorted = all.sorted { ($1.bytes ?? 0, $0.id) < ($0.bytes ?? 0, $1.id) }
            #expect(
                largest.ordered().map(\.id) == sorted.prefix(max(0, most)).map(\.id), "seed \(seed), round \(round)")
        }
    }
}
