import Testing

@testable import WGPilotRPC

@Suite struct MomentaryCacheTests {
    @Test func `what is kept is told for its moment and not after it`() {
        let cache = MomentaryCache<String, Int>(lifetime: .seconds(3600), capacity: 100)
        let now = ContinuousClock.now
        cache.keep(1, for: "now", byteCount: 10, since: now)
        cache.keep(2, for: "old", byteCount: 10, since: now - .seconds(3600))
        #expect(cache.value(for: "now") == 1)
        #expect(cache.value(for: "old") == nil)
        #expect(cache.value(for: "never") == nil)
        cache.keep(3, for: "now", byteCount: 10, since: now)
        #expect(cache.value(for: "now") == 3)
    }

    @Test func `no more is kept than there is room for, and what was replaced makes room`() {
        let cache = MomentaryCache<Int, Int>(lifetime: .seconds(3600), capacity: 100)
        let now = ContinuousClock.now
        for key in 0..<20 { cache.keep(key, for: key, byteCount: 10, since: now) }
        #expect((0..<20).filter { cache.value(for: $0) != nil } == Array(0..<10))
        cache.keep(0, for: 0, byteCount: 101, since: now)
        #expect(cache.value(for: 0) == nil, "the former value is not told in place of one without room")
        cache.keep(11, for: 11, byteCount: 10, since: now)
        #expect(cache.value(for: 11) == 11)
    }

    @Test func `what is too old goes by itself`() async throws {
        final class Kept: Sendable {}
        let cache = MomentaryCache<Int, Kept>(lifetime: .milliseconds(1), capacity: 100)
        weak var kept: Kept?
        func keep() {
            let value = Kept()
            kept = value
            cache.keep(value, for: 0, byteCount: 1, since: .now)
        }
        // Twice: the second time begins when nothing was left.
        for _ in 0..<2 {
            keep()
            while kept != nil { try await Task.sleep(for: .milliseconds(1)) }
        }
    }
}
