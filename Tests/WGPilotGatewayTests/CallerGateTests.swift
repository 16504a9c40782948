import HTTPTypes
import Hummingbird
import Logging
import NIOEmbedded
import Synchronization
import Testing
import WGPilotProtocol

@testable import WGPilotGateway

@Suite("Who is let in before anything is known of them")
struct CallerGateTests {
    /// A daemon that knows some tokens, and a clock that tests turn.
    private final class World: Sendable {
        let asked = Mutex(0)
        let time = Mutex(ContinuousClock.now)
        let good = Mutex(["Bearer wgp_good": "viewer"])

        func advance(_ duration: Duration) { time.withLock { $0 += duration } }

        func gate(perSecond: Int) -> CallerGate {
            CallerGate(perSecond: perSecond, now: { [self] in time.withLock { $0 } }) {
                [self] context throws(RPCError) in
                asked.withLock { $0 += 1 }
                guard let role = good.withLock({ $0[context.credential?.authorization ?? ""] }) else {
                    throw RPCError(.unauthenticated, reason: "bad_token", message: "not valid")
                }
                return role
            }
        }
    }

    private static func context(_ address: String, _ credential: Credential? = nil) -> GatewayContext {
        var context = GatewayContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test")))
        context.clientAddress = address
        context.credential = credential
        return context
    }

    private static func isRefused(_ gate: CallerGate, _ address: String) -> Bool {
        do throws(HTTPFailure) {
            try gate.admit(nil, context(address))
            return false
        } catch {
            #expect(error.status == .tooManyRequests && error.code == "too_many_requests")
            #expect((error.headers[.retryAfter].flatMap { Int($0) } ?? 0) > 0)
            return true
        }
    }

    @Test("what the daemon found good is asked for once a minute, and is not counted")
    func good() async throws {
        let world = World()
        let gate = world.gate(perSecond: 1)
        let token = Credential.token("wgp_good")
        for _ in 0..<100 {
            #expect(try await gate.role(of: token, Self.context("192.0.2.1", token)) == "viewer")
            try gate.admit(token, Self.context("192.0.2.1", token))
        }
        #expect(world.asked.withLock { $0 } == 1)
        world.advance(CallerGate.trust)
        _ = try await gate.role(of: token, Self.context("192.0.2.1", token))
        #expect(world.asked.withLock { $0 } == 2)
        gate.forget(token)
        _ = try await gate.role(of: token, Self.context("192.0.2.1", token))
        #expect(world.asked.withLock { $0 } == 3)
    }

    @Test("requests that come at once with the same token are one question")
    func together() async throws {
        let world = World()
        let gate = world.gate(perSecond: 1)
        let token = Credential.token("wgp_good")
        let roles = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await gate.role(of: token, Self.context("192.0.2.1", token)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(roles == [String](repeating: "viewer", count: 50))
        // Some may have come after the answer, which is there then.
        #expect(world.asked.withLock { $0 } == 1)
    }

    @Test("who guesses tokens asks the daemon no more often than the allowance has it")
    func guesses() async throws {
        let world = World()
        let gate = world.gate(perSecond: 2)
        var codes: [String] = []
        for index in 0..<20 {
            let token = Credential.token("wgp_\(index)")
            do {
                _ = try await gate.role(of: token, Self.context("192.0.2.1", token))
            } catch let error as RPCError {
                codes.append(error.reason)
            } catch let failure as HTTPFailure {
                codes.append(failure.code)
            }
        }
        let burst = 2 * CallerGate.burstSeconds
        #expect(codes.prefix(burst).allSatisfy { $0 == "bad_token" })
        #expect(codes.dropFirst(burst).allSatisfy { $0 == "too_many_requests" } && codes.count == 20)
        #expect(world.asked.withLock { $0 } == burst && gate.counts.known == 0)
        // A good one that was confirmed before, from the same address, goes on.
        world.advance(.seconds(1))
        let good = Credential.token("wgp_good")
        let role = try await gate.role(of: good, Self.context("192.0.2.1", good))
        #expect(role == "viewer")
        #expect(!Self.isRefused(gate, "192.0.2.1") && Self.isRefused(gate, "192.0.2.1"))
        try gate.admit(good, Self.context("192.0.2.1", good))
    }

    @Test("an address has an allowance of its own, and of IPv6 a whole /64")
    func clients() {
        let world = World()
        let gate = world.gate(perSecond: 1)
        for _ in 0..<CallerGate.burstSeconds { #expect(!Self.isRefused(gate, "192.0.2.1")) }
        #expect(Self.isRefused(gate, "192.0.2.1") && !Self.isRefused(gate, "192.0.2.2"))
        for index in 0..<CallerGate.burstSeconds { #expect(!Self.isRefused(gate, "2001:db8::\(index)")) }
        #expect(Self.isRefused(gate, "2001:db8::ffff") && !Self.isRefused(gate, "2001:db8:0:1::"))
        world.advance(.seconds(1))
        #expect(!Self.isRefused(gate, "192.0.2.1") && Self.isRefused(gate, "192.0.2.1"))
    }

    @Test("all together have one too, and what is kept of them is bounded")
    func crowd() {
        let world = World()
        let gate = world.gate(perSecond: 1)
        let most = CallerGate.share * CallerGate.burstSeconds
        let admitted = (0..<200).count { !Self.isRefused(gate, "2001:db8:0:\(String($0, radix: 16))::1") }
        #expect(admitted == most)
        let other = world.gate(perSecond: 1_000_000)
        for index in 0..<40_000 {
            _ = Self.isRefused(other, "10.\(index >> 16).\(index >> 8 & 255).\(index & 255)")
        }
        #expect(other.counts.clients <= CallerGate.most)
        for index in 0..<40_000 { other.confirm(.token("wgp_\(index)")) }
        #expect(other.counts.known <= CallerGate.most)
    }

    @Test("a role that is not known here is no reason to refuse")
    func roles() {
        #expect(Operation.Access.role("operator").isMet(by: "admin"))
        #expect(Operation.Access.role("operator").isMet(by: "operator"))
        #expect(!Operation.Access.role("operator").isMet(by: "viewer"))
        #expect(Operation.Access.role("operator").isMet(by: "") && Operation.Access.open.isMet(by: "viewer"))
    }

    @Test("bodies share their room, a part of which is for those who show something")
    func bodies() throws {
        let budget = BodyBudget(most: 100)
        let (open, known) = (BodyBudget.Share(of: budget, isOpen: true), BodyBudget.Share(of: budget, isOpen: false))
        try open.take(25)
        #expect(throws: HTTPFailure.self) { try open.take(1) }
        try known.take(75)
        let failure = #expect(throws: HTTPFailure.self) { try known.take(1) }
        #expect(failure?.status == .serviceUnavailable && failure?.headers[.retryAfter] != nil)
        open.end()
        open.end()
        #expect(budget.taken == 75)
        known.end()
        #expect(budget.taken == 0)
    }

    @Test("what everybody asks is asked once a second, and anew after a change")
    func shared() async throws {
        let world = World()
        let answer = SharedAnswer<Int>(now: { world.time.withLock { $0 } })
        let ask: @Sendable () async throws(RPCError) -> Int = {
            world.asked.withLock { asked in
                asked += 1
                return asked
            }
        }
        for _ in 0..<9 { #expect(try await answer.get(ask) == 1) }
        world.advance(SharedAnswer<Int>.life)
        #expect(try await answer.get(ask) == 2)
        answer.forget()
        #expect(try await answer.get(ask) == 3)
        answer.forget()
        await #expect(throws: RPCError.self) {
            try await answer.get { () async throws(RPCError) in
                throw RPCError(.unavailable, reason: "away", message: "away")
            }
        }
        #expect(try await answer.get(ask) == 4)
    }
}
