import Synchronization
import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC

@testable import WGPilotDaemon

@Suite struct LoginThrottleTests {
    /// A clock that stands still until a test moves it.
    private final class Clock: Sendable {
        private let time = Mutex(Duration.seconds(1_000_000))
        var now: Duration { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let throttle: LoginThrottle

    init() {
        throttle = LoginThrottle(now: { [clock] in clock.now })
    }

    private static func origin(_ address: String) -> ClientOrigin {
        var context = ServerContext(
            method: AuthService.login.info, credentials: PeerCredentials(uid: 400, gid: 1), metadata: [:])
        var caller = Caller(uid: 400, role: .gateway, actor: AuditActor(kind: .user, name: "400", uid: 400))
        caller.origin = address
        context[CallRecord.Key.self] = CallRecord(caller)
        return ClientOrigin(context)
    }

    private static func account(_ name: String, _ address: String) -> LoginThrottle.Key {
        .account(AuditHash(of: Array(name.utf8)), origin(address))
    }

    /// How long the next attempt must wait; nil where it is let in, and counted as wrong.
    private func wait(_ keys: [LoginThrottle.Key]) -> Int64? {
        do throws(RPCError) {
            _ = try throttle.admit(keys)
            return nil
        } catch {
            #expect(error.code == .resourceExhausted && error.reason == "throttled")
            return error.metadata["retry-after-ms"].flatMap { Int64($0) }
        }
    }

    @Test func `the first few are free, then each wrong one doubles the time, up to a quarter of an hour`() {
        let key = Self.account("anna", "192.0.2.1")
        for _ in 0..<5 { #expect(wait([key]) == nil) }
        var expected: Int64 = 1
        for _ in 0..<14 {
            let left = wait([key])
            #expect(left == expected * 1000 + 1)
            clock.advance(.seconds(expected) - .milliseconds(1))
            #expect(wait([key]) != nil, "asking does not help")
            clock.advance(.milliseconds(1))
            #expect(wait([key]) == nil)
            expected = min(expected * 2, 900)
        }
        #expect(wait([key]) == 900_001)
    }

    @Test func `a flood on an account keeps nobody else out of it, and its place none but itself`() {
        for number in 0..<200 {
            let keys = [.origin(Self.origin("192.0.2.1")), Self.account("user \(number % 5)", "192.0.2.1")]
            _ = wait(keys)
        }
        #expect(wait([.origin(Self.origin("192.0.2.1")), Self.account("new", "192.0.2.1")]) != nil)
        #expect(wait([.origin(Self.origin("192.0.2.2")), Self.account("user 1", "192.0.2.2")]) == nil)
    }

    /// Catches many attempts at once that each find that none was wrong yet.
    @Test func `attempts count from their beginning`() {
        let key = Self.account("anna", "192.0.2.1")
        #expect((0..<100).count { _ in wait([key]) == nil } == 5)
    }

    @Test func `a right one starts its account anew, but not the count of wrong ones from its place`() throws {
        let (place, anna) = (LoginThrottle.Key.origin(Self.origin("192.0.2.1")), Self.account("anna", "192.0.2.1"))
        for _ in 0..<4 { #expect(wait([place, anna]) == nil) }
        #expect(!throttle.isKnown(anna))
        throttle.succeed(try throttle.admit([place, anna]))
        #expect(throttle.isKnown(anna))
        for _ in 0..<5 { #expect(wait([anna]) == nil) }
        #expect(wait([anna]) != nil)
        // Somebody with an account of his own does not clear what he guessed at others with it.
        for number in 0..<16 { #expect(wait([place, Self.account("u\(number)", "192.0.2.1")]) == nil) }
        #expect(wait([place]) != nil)
    }

    /// Catches a first login after the start that is sent away.
    @Test func `the clock begins at nothing, or before, and lets the first attempt in`() throws {
        for start in [Duration.zero, .nanoseconds(-1), .seconds(-5)] {
            let throttle = LoginThrottle(now: { start })
            _ = try throttle.admit([Self.account("anna", "192.0.2.1"), .origin(Self.origin("192.0.2.1"))])
        }
        let first = Authentication.monotonic()
        #expect(first >= .zero && Authentication.monotonic() >= first)
    }

    @Test func `one that was not looked at does not count`() throws {
        let key = Self.account("anna", "192.0.2.1")
        for _ in 0..<50 { throttle.withdraw(try throttle.admit([key])) }
        #expect((0..<10).count { _ in wait([key]) == nil } == 5)
    }

    @Test func `it is forgotten after an hour without an attempt`() {
        let key = Self.account("anna", "192.0.2.1")
        for _ in 0..<5 { #expect(wait([key]) == nil) }
        #expect(wait([key]) != nil)
        clock.advance(.seconds(3600))
        for _ in 0..<5 { #expect(wait([key]) == nil) }
    }

    /// Catches memory that grows with the addresses of a flood, and a flood that makes its own count forgotten.
    @Test func `what is kept is bounded, and what was touched last stays`() {
        let key = Self.account("anna", "192.0.2.1")
        for _ in 0..<6 { _ = wait([key]) }
        for number in 0..<100_000 {
            if number % 10_000 == 0 {
                clock.advance(.seconds(900))
                #expect(wait([key]) == nil)
            }
            _ = wait([.origin(Self.origin("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"))])
        }
        #expect(throttle.count <= LoginThrottle.most)
        #expect(wait([key]) != nil, "its sixteenth wrong one")
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("192.0.2.1", "192.0.2.2", false), ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
    ])
    func `of IPv6 a whole /64 is one place`(first: String, second: String, isOne: Bool) {
        #expect((Self.origin(first) == Self.origin(second)) == isOne)
    }
}
