import Dispatch
import Synchronization
import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

@testable import WGPilotDaemon

@Suite struct PasswordHasherTests {
    private static func origin(_ number: Int) -> ClientOrigin {
        ClientOrigin(
            ServerContext(
                method: AuthService.login.info, credentials: PeerCredentials(uid: UInt32(number), gid: 1), metadata: [:]
            )
        )
    }

    /// Work that waits until it is let go, and counts how much of it runs.
    private final class Work: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let running = Mutex((now: 0, most: 0))
        let order = Mutex<[Int]>([])

        func run(_ number: Int) {
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            order.withLock { $0.append(number) }
            gate.wait()
            running.withLock { $0.now -= 1 }
        }

        func letGo(_ count: Int) { for _ in 0..<count { gate.signal() } }
        var most: Int { running.withLock { $0.most } }
        var now: Int { running.withLock { $0.now } }
    }

    private static func outcome(
        _ hasher: PasswordHasher, _ work: Work, _ number: Int, _ lane: PasswordHasher.Lane, _ origin: ClientOrigin
    ) async -> String {
        do throws(RPCError) {
            try await hasher.run(lane, origin) { () throws(StoreError) in work.run(number) }
            return "done"
        } catch {
            return error.reason
        }
    }

    private static func until(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    /// Catches a flood of logins that takes all memory, or waits without end.
    @Test func `two run at once, so many wait, and the others are sent away at once`() async {
        let (hasher, work) = (PasswordHasher(), Work())
        let most = PasswordHasher.parallel + PasswordHasher.longestLane
        await withTaskGroup(of: String.self) { group in
            for number in 0..<PasswordHasher.parallel {
                group.addTask { await Self.outcome(hasher, work, number, .unknown, Self.origin(number)) }
            }
            await Self.until { work.now == PasswordHasher.parallel }
            for number in PasswordHasher.parallel..<most + 20 {
                group.addTask { await Self.outcome(hasher, work, number, .unknown, Self.origin(number)) }
            }
            var outcomes: [String] = []
            for _ in 0..<20 { outcomes.append(await group.next() ?? "") }
            #expect(outcomes == Array(repeating: "busy", count: 20), "they do not wait for the others")
            // Who is logged in has a queue of his own.
            group.addTask { await Self.outcome(hasher, work, -1, .signedIn, Self.origin(9999)) }
            work.letGo(most + 1)
            for _ in 0..<most + 1 { outcomes.append(await group.next() ?? "") }
            #expect(outcomes.dropFirst(20).allSatisfy { $0 == "done" })
            #expect(work.most == PasswordHasher.parallel && hasher.count == most + 1)
        }
    }

    @Test func `no place has more than its share`() async {
        let (hasher, work) = (PasswordHasher(), Work())
        await withTaskGroup(of: String.self) { group in
            for number in 0..<10 {
                group.addTask { await Self.outcome(hasher, work, number, .unknown, Self.origin(1)) }
            }
            var outcomes: [String] = []
            for _ in 0..<6 { outcomes.append(await group.next() ?? "") }
            #expect(outcomes == Array(repeating: "busy", count: 6))
            group.addTask { await Self.outcome(hasher, work, 99, .unknown, Self.origin(2)) }
            work.letGo(5)
            for _ in 0..<5 { #expect(await group.next() == "done") }
        }
    }

    @Test func `who is logged in goes first, then who was here before`() async {
        let (hasher, work) = (PasswordHasher(), Work())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask { _ = await Self.outcome(hasher, work, number, .unknown, Self.origin(number)) }
            }
            await Self.until { work.now == 2 }
            for (number, lane) in [(10, PasswordHasher.Lane.unknown), (11, .known), (12, .signedIn)] {
                group.addTask { _ = await Self.outcome(hasher, work, number, lane, Self.origin(number)) }
                await Self.until { hasher.waiting == number - 9 }
            }
            for number in 3...5 {
                work.letGo(1)
                await Self.until { work.order.withLock { $0.count } == number }
            }
            #expect(work.order.withLock { $0.suffix(3) } == [12, 11, 10])
            work.letGo(2)
        }
    }

    @Test func `who gives up leaves the queue, and makes room`() async {
        let (hasher, work) = (PasswordHasher(), Work())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask { _ = await Self.outcome(hasher, work, number, .unknown, Self.origin(number)) }
            }
            await Self.until { work.now == 2 }
            let waiting = Task { await Self.outcome(hasher, work, 7, .unknown, Self.origin(7)) }
            await Self.until { hasher.waiting == 1 }
            waiting.cancel()
            #expect(await waiting.value == "cancelled")
            #expect(hasher.waiting == 0)
            work.letGo(2)
        }
        #expect(!work.order.withLock { $0.contains(7) })
    }
}
