import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct TokenTests {
    private static func make(
        _ store: StateStore, _ text: String = "t", expiresAt: Int64? = nil
    ) async throws -> (token: APIToken, secret: TokenSecret) {
        try await store.createToken(
            name(text), role: .operator, expiresAt: expiresAt, createdBy: "alice", options: .audited())
    }

    @Test func aTokenOpensUntilItEndsOrIsRevoked() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let (token, secret) = try await Self.make(store, expiresAt: clock.now + 100)
        #expect(token.name == "t" && token.role == .operator && token.createdBy == "alice" && token.lastUsedAt == nil)
        #expect(try await store.authenticate(secret)?.id == token.id)
        clock.now += 99
        #expect(try await store.authenticate(secret) != nil)
        clock.now += 1
        #expect(try await store.authenticate(secret) == nil, "it has expired")
        let (_, other) = try await Self.make(store, "other")
        #expect(try await store.authenticate(other) != nil)
        try await store.revokeToken(named: "other", audit: .sample())
        #expect(try await store.authenticate(other) == nil)
        #expect(try await store.tokens().map(\.name) == ["t"], "one that expired is still listed")
        let revoked = try #require(try await store.last())
        #expect(revoked.target == "token other")
        #expect(
            revoked.lines == [
                "deleted token other: name other > -, role operator > -, created_by alice > -"
            ])
        #expect(try await Self.make(store, "other").token.id == 3, "a number is never used again")
    }

    /// Catches a token that is stored, is short, or is one of few.
    @Test func onlyTheDigestIsStored() async throws {
        let store = try StateStore.inMemory()
        var seen: Set<String> = []
        for number in 0..<50 {
            let secret = try await Self.make(store, "t\(number)").secret
            #expect(secret.text.wholeMatch(of: /wgp_[A-Za-z0-9_-]{43}/) != nil)
            #expect("\(secret)" == "<token>" && "\(String(reflecting: secret))".contains("wgp_") == false)
            seen.insert(secret.text)
        }
        #expect(seen.count == 50)
        for row in try await store.rows("SELECT * FROM apiToken") + store.rows("SELECT * FROM audit") {
            #expect(!seen.contains { row.contains($0.dropFirst(4)) })
        }
    }

    @Test func whatIsNoTokenOfOursOpensNothing() async throws {
        let store = try StateStore.inMemory()
        let (_, secret) = try await Self.make(store)
        let text = secret.text
        for wrong in [
            "", "wgp_", text.dropLast() + "", text + "A", "WGP_" + text.dropFirst(4), " " + text,
            String(text.reversed()), text.replacing("wgp_", with: "wgp-"),
        ] { #expect(TokenSecret(presented: wrong) == nil) }
        var altered = Array(text.utf8)
        altered[20] = altered[20] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let other = try #require(TokenSecret(presented: String(decoding: altered, as: UTF8.self)))
        #expect(try await store.authenticate(other) == nil)
        #expect(try await store.authenticate(TokenSecret.generate()) == nil)
        #expect(try await store.authenticate(try #require(TokenSecret(presented: text))) != nil)
    }

    /// Catches a write for every request.
    @Test func theUseIsNotedOnceAMinute() async throws {
        let clock = TestClock()
        let start = clock.now
        let store = try StateStore.inMemory(now: clock.clock)
        let (token, secret) = try await Self.make(store)
        for (after, noted) in [(0, 0), (30, 0), (59, 0), (60, 60), (61, 60), (500, 500)] as [(Int64, Int64)] {
            clock.now = start + after
            _ = try await store.authenticate(secret)
            #expect(try await store.token(token.id).lastUsedAt == start + noted)
        }
        #expect(try await store.log().count == 1, "a use is no change")
    }

    @Test func namesAreUniqueAndTimesLieAhead() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        _ = try await Self.make(store)
        let taken = try await storeError { try await Self.make(store) }
        #expect(taken.code == .alreadyExists && taken.field == "name")
        for time in [clock.now, clock.now - 1, Int64.min] {
            let past = try await storeError { try await Self.make(store, "p", expiresAt: time) }
            #expect(past.code == .invalid && past.field == "expires_at")
        }
        #expect(try await storeError { try await store.revokeToken(named: "nobody") }.code == .notFound)
        #expect(try await store.revokeToken(named: "1").name == "t", "by number, where no token has that name")
    }
}
