import Dispatch
import Synchronization
import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// Makes and checks hashes of passwords, a few at a time, on threads of its own that yield to everything else.
///
/// However many try to log in: never more than ``parallel`` hashes are in memory, and who waits is bounded, in all and for
/// each place that attempts come from. Who is logged in goes first, then who logged in from there before.
final class PasswordHasher: Sendable {
    /// Who waits, the first ones first.
    enum Lane: Int, CaseIterable, Sendable {
        /// A caller whose identity is known.
        case signedIn
        /// Somebody who logged in to the same account from the same place before.
        case known
        /// Anybody else.
        case unknown
    }

    /// How many hashes are made at once.
    static let parallel = 2
    /// How many may wait in each lane.
    static let longestLane = 32
    /// How many of one origin may run and wait together.
    static let mostOfOneOrigin = 4

    private struct Waiter {
        let id: UInt64
        let origin: ClientOrigin
        /// Takes the number of the thread; nil where the caller gave up.
        let continuation: CheckedContinuation<Int?, Never>
    }

    private struct State {
        var free = Array(0..<PasswordHasher.parallel)
        var waiting: [[Waiter]] = Lane.allCases.map { _ in [] }
        /// How many of each lane were let in and have no thread yet: those that wait, and those about to.
        var queued: [Int] = Lane.allCases.map { _ in 0 }
        var ofOrigin: [ClientOrigin: Int] = [:]
        var nextID: UInt64 = 0
        var count = 0
    }

    private let state = Mutex(State())
    private let queues = (0..<PasswordHasher.parallel).map {
        // The lowest urgency that is still served: logging in may take longer where the machine has more to do.
        DispatchQueue(label: "wgpilot.passwords.\($0)", qos: .utility)
    }

    /// How many hashes were made or checked so far.
    var count: Int { state.withLock { $0.count } }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting.reduce(0) { $0 + $1.count } } }

    /// Runs what makes or checks one hash.
    ///
    /// - Throws: `resourceExhausted` with reason `busy` where too many wait, `cancelled`, and what the work throws.
    func run<Value: Sendable>(
        _ lane: Lane, _ origin: ClientOrigin, _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(RPCError) -> Value {
        let thread = try await enter(lane, origin)
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queues[thread].async {
                let result: Result<Value, StoreError>
                do throws(StoreError) {
                    result = .success(try work())
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        leave(thread, origin)
        switch result {
        case .success(let value): return value
        case .failure(let error): throw RPCError(error)
        }
    }

    private static let busy = RPCError(
        .resourceExhausted, reason: "busy", message: "too many log in at once; try again in a moment",
        metadata: ["retry-after-ms": "1000"])

    private func enter(_ lane: Lane, _ origin: ClientOrigin) async throws(RPCError) -> Int {
        let id: UInt64? = state.withLock { state in
            guard state.ofOrigin[origin, default: 0] < Self.mostOfOneOrigin,
                state.queued[lane.rawValue] < Self.longestLane + state.free.count
            else { return nil }
            state.queued[lane.rawValue] += 1
            state.ofOrigin[origin, default: 0] += 1
            state.nextID += 1
            return state.nextID
        }
        guard let id else { throw Self.busy }
        let thread = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(Waiter(id: id, origin: origin, continuation: continuation), lane)
            }
        } onCancel: {
            giveUp(id, lane)
        }
        guard let thread else {
            state.withLock { Self.forget(origin, &$0) }
            throw RPCError(.cancelled, reason: "cancelled", message: "the call was given up")
        }
        return thread
    }

    private func wait(_ waiter: Waiter, _ lane: Lane) {
        let thread: Int? = state.withLock { state in
            guard let thread = state.free.popLast() else {
                state.waiting[lane.rawValue].append(waiter)
                return nil
            }
            state.queued[lane.rawValue] -= 1
            state.count += 1
            return thread
        }
        if let thread { waiter.continuation.resume(returning: thread) }
    }

    /// A caller that gave up before it waited is served all the same, and soon.
    private func giveUp(_ id: UInt64, _ lane: Lane) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiting[lane.rawValue].firstIndex(where: { $0.id == id }) else {
                return nil
            }
            state.queued[lane.rawValue] -= 1
            return state.waiting[lane.rawValue].remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func leave(_ thread: Int, _ origin: ClientOrigin) {
        let next: Waiter? = state.withLock { state in
            Self.forget(origin, &state)
            for lane in Lane.allCases where !state.waiting[lane.rawValue].isEmpty {
                state.queued[lane.rawValue] -= 1
                state.count += 1
                return state.waiting[lane.rawValue].removeFirst()
            }
            state.free.append(thread)
            return nil
        }
        next?.continuation.resume(returning: thread)
    }

    private static func forget(_ origin: ClientOrigin, _ state: inout State) {
        let left = state.ofOrigin[origin, default: 1] - 1
        state.ofOrigin[origin] = left > 0 ? left : nil
    }
}
