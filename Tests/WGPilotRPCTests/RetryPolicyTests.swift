import Testing
import WGPilotProtocol

@testable import WGPilotRPC

@Suite struct RetryPolicyTests {
    private static let policy = RetryPolicy(
        attempts: 10, initialBackoff: .milliseconds(100), maximumBackoff: .seconds(1), jitter: 0.5)

    @Test func `pauses double up to the longest`() {
        let pauses = (1...6).map { Self.policy.backoff(after: $0, random: 0) }
        #expect(pauses == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
    }

    @Test func `chance takes up to its part of a pause`() {
        #expect(Self.policy.backoff(after: 2, random: 1) == .milliseconds(100))
        #expect(Self.policy.backoff(after: 2, random: 0.5) == .milliseconds(150))
        for _ in 0..<100 {
            let pause = Self.policy.backoff(after: 3)
            #expect(pause >= .milliseconds(200) && pause <= .milliseconds(400))
        }
    }

    @Test func `no number of attempts and no policy traps`() {
        for attempt in [.min, -1, 0, 1, 64, .max] {
            #expect(Self.policy.backoff(after: attempt, random: 0) <= .seconds(1))
        }
        var odd = Self.policy
        odd.jitter = 7
        #expect(odd.backoff(after: 1, random: 1) == .zero)
        odd.jitter = -7
        #expect(odd.backoff(after: 1, random: 1) == .milliseconds(100))
    }

    @Test func `only what was certainly not begun counts as not done`() {
        for (code, reason) in [
            (StatusCode.unavailable, "not_connected"), (.unavailable, "shutting_down"),
            (.resourceExhausted, "too_many_calls"), (.resourceExhausted, "too_many_requests"),
        ] {
            #expect(RetryPolicy.wasNotDone(RPCError(code, reason: reason, message: "")))
        }
        for (code, reason) in [
            (StatusCode.unavailable, "connection_lost"), (.unavailable, "kernel"), (.resourceExhausted, "exhausted"),
            (.internal, "not_connected"), (.deadlineExceeded, "deadline_exceeded"), (.cancelled, "cancelled"),
        ] {
            #expect(!RetryPolicy.wasNotDone(RPCError(code, reason: reason, message: "")))
        }
    }

    @Test func `the pause that a server asks for is heeded within reason`() {
        func asked(_ text: String) -> Duration {
            RetryPolicy.requestedPause(
                RPCError(
                    .resourceExhausted, reason: "too_many_requests", message: "", metadata: ["retry-after-ms": text]))
        }
        #expect(asked("250") == .milliseconds(250))
        #expect(asked("4000000000") == .seconds(60))
        #expect(asked("99999999999999999999") == .zero)
        #expect(asked("-1") == .zero)
    }
}
