import GRDB
import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct SecondFactorTests {
    private static func with(
        _ body: (StateStore, TestClock, WebUser) async throws -> Void
    ) async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        try await body(store, clock, try await store.createUser(UserTests.draft("anna")))
    }

    private static func code(_ secret: TOTPSecret, _ clock: TestClock, _ offset: Int64 = 0) -> String {
        secret.code(ofStep: TOTPSecret.step(at: clock.now) + offset)
    }

    private static func enrol(_ store: StateStore, _ clock: TestClock, _ anna: WebUser) async throws -> (
        secret: TOTPSecret, codes: [CodeSecret]
    ) {
        let secret = try await store.enrol(user: anna.id)
        let codes = try await store.confirmSecondFactor(ofUser: anna.id, code(secret, clock))
        return (secret, try #require(codes))
    }

    @Test func `it counts from its confirmation on, and that code is used up`() async throws {
        try await Self.with { store, clock, anna in
            let secret = try await store.enrol(user: anna.id)
            #expect(try await !store.user(anna.id).hasSecondFactor)
            #expect(try await !store.passSecondFactor(ofUser: anna.id, Self.code(secret, clock)))
            #expect(try await store.confirmSecondFactor(ofUser: anna.id, "000000") == nil)
            let code = Self.code(secret, clock)
            let codes = try #require(try await store.confirmSecondFactor(ofUser: anna.id, code))
            #expect(codes.count == StateStore.recoveryCodes && Set(codes.map(\.text)).count == codes.count)
            #expect(try await store.user(anna.id).hasSecondFactor)
            #expect(try await !store.passSecondFactor(ofUser: anna.id, code), "it was used already")
            clock.now += 30
            let next = Self.code(secret, clock)
            let passed = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await store.passSecondFactor(ofUser: anna.id, next)) ?? false }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(passed == 1, "of many who use a code at once one gets in")
        }
    }

    @Test func `a recovery code works once, and no longer once there are others`() async throws {
        try await Self.with { store, clock, anna in
            let codes = try await Self.enrol(store, clock, anna).codes
            let typed = codes[0].text.lowercased().replacing("-", with: " ")
            #expect(try await store.passSecondFactor(ofUser: anna.id, typed))
            #expect(try await !store.passSecondFactor(ofUser: anna.id, typed))
            #expect(try await store.user(anna.id).recoveryCodesLeft == 9)
            let ben = try await store.createUser(UserTests.draft("ben"))
            #expect(try await !store.passSecondFactor(ofUser: ben.id, codes[1].text), "they are one user's")
            let others = try await store.replaceRecoveryCodes(ofUser: anna.id)
            #expect(try await !store.passSecondFactor(ofUser: anna.id, codes[1].text))
            #expect(try await store.passSecondFactor(ofUser: anna.id, others[1].text, takesTimed: false))
            let fault = await #expect(throws: StoreError.self) { try await store.replaceRecoveryCodes(ofUser: ben.id) }
            #expect(fault?.code == .failedPrecondition)
        }
    }

    /// Catches somebody who begins to set up another telephone, gives up, and is locked out.
    @Test func `the one that counts goes on counting while another waits, and one that nobody confirms goes`()
        async throws
    {
        try await Self.with { store, clock, anna in
            let (secret, codes) = try await Self.enrol(store, clock, anna)
            let second = try await store.enrol(user: anna.id)
            clock.now += 60
            #expect(try await store.passSecondFactor(ofUser: anna.id, Self.code(secret, clock)))
            clock.now += StateStore.enrolmentTime
            let fault = await #expect(throws: StoreError.self) {
                try await store.confirmSecondFactor(ofUser: anna.id, Self.code(second, clock))
            }
            #expect(fault?.code == .failedPrecondition)
            try await store.clearExpiredSessions()
            #expect(try await store.passSecondFactor(ofUser: anna.id, Self.code(secret, clock)))
            #expect(try await store.passSecondFactor(ofUser: anna.id, codes[0].text))
            let third = try await store.enrol(user: anna.id)
            clock.now += 30
            #expect(try await store.confirmSecondFactor(ofUser: anna.id, Self.code(third, clock)) != nil)
            clock.now += 60
            #expect(try await !store.passSecondFactor(ofUser: anna.id, Self.code(secret, clock)))
            #expect(try await store.passSecondFactor(ofUser: anna.id, Self.code(third, clock)))
        }
    }

    /// Catches the lock-out by an administrator who sets a password and leaves the lost telephone's factor on.
    @Test func `a password that is set takes it away where that is asked for, and only there`() async throws {
        try await Self.with { store, clock, anna in
            _ = try await Self.enrol(store, clock, anna)
            let hash = try UserTests.draft().hash
            #expect(try await store.setPassword(ofUser: anna.id, hash).hasSecondFactor)
            let after = try await store.setPassword(ofUser: anna.id, hash, resetsSecondFactor: true)
            #expect(!after.hasSecondFactor && after.recoveryCodesLeft == 0)
            #expect(try await store.rows("SELECT count(*) FROM recoveryCode") == ["0"])
        }
    }

    /// Catches a secret that is stored as it is, or that opens in another row.
    @Test func `the secret is sealed for its user`() async throws {
        try await Self.with { store, clock, anna in
            let (secret, codes) = try await Self.enrol(store, clock, anna)
            let ben = try await store.createUser(UserTests.draft("ben"))
            _ = try await Self.enrol(store, clock, ben)
            let plain = secret.withBytes { $0 }.map { String($0, radix: 16, uppercase: true) }.joined()
            for table in ["totp", "recoveryCode", "audit"] {
                for row in try await store.rows("SELECT * FROM \(table)") {
                    #expect(!row.contains(secret.revealed) && !row.uppercased().contains(plain))
                    #expect(!codes.contains { row.contains($0.text) })
                }
            }
            try await store.write { db in
                try db.execute(
                    sql: "UPDATE totp SET secret = (SELECT secret FROM totp WHERE userID = ?) WHERE userID = ?",
                    arguments: [anna.id, ben.id])
            }
            clock.now += 30
            let fault = await #expect(throws: StoreError.self) {
                try await store.passSecondFactor(ofUser: ben.id, Self.code(secret, clock))
            }
            #expect(fault?.code == .corrupt)
        }
    }
}
