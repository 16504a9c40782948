import Synchronization
import WGPilotCore

/// What was found to differ from the database, and what was repaired, since the daemon started.
final class DriftLedger: Sendable {
    /// A difference that waits for a decision, or that somebody decided to leave.
    struct Finding: Sendable {
        var item: DriftItem
        var isIgnored: Bool
        /// Seconds since 1970-01-01 UTC.
        var foundAt: Int64
    }

    /// A difference that was repaired.
    struct Repair: Sendable {
        var place: String
        var steps: [String]
        /// Seconds since 1970-01-01 UTC.
        var repairedAt: Int64
    }

    private struct State {
        var findings: [Int64: [Finding]] = [:]
        var repairs: [Repair] = []
        /// What somebody wants restored, and so is not found again before it is.
        var restored: [Int64: Set<[UInt8]>] = [:]
    }

    private static let mostRepairs = 100
    /// Of a repair of ten thousand peers nobody reads every line.
    private static let mostSteps = 50
    private let state = Mutex(State())
    private let now: @Sendable () -> Int64
    /// Each repair as it is made, for the audit log.
    let news: AsyncStream<Repair>
    private let bell: AsyncStream<Repair>.Continuation

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
        (news, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.mostRepairs))
    }

    /// The findings of a network.
    func findings(of network: Int64) -> [Finding] {
        state.withLock { $0.findings[network] ?? [] }
    }

    /// Sets what differs of a network; what was found before keeps its time.
    func setFindings(_ items: [(item: DriftItem, isIgnored: Bool)], of network: Int64) {
        let time = now()
        state.withLock { state in
            let known = state.findings[network] ?? []
            state.findings[network] =
                items.isEmpty
                ? nil
                : items.map { new in
                    let foundAt = known.first { $0.item.identity == new.item.identity }?.foundAt ?? time
                    return Finding(item: new.item, isIgnored: new.isIgnored, foundAt: foundAt)
                }
        }
    }

    /// Forgets a finding, so that it is repaired like any other difference.
    func forget(_ item: DriftItem, of network: Int64) {
        state.withLock { state in
            state.findings[network]?.removeAll { $0.item.identity == item.identity }
            state.restored[network, default: []].insert(item.identity)
        }
    }

    /// What of a network somebody wants restored; asked for once.
    func takeRestored(of network: Int64) -> Set<[UInt8]> {
        state.withLock { $0.restored.removeValue(forKey: network) ?? [] }
    }

    /// Forgets the findings of networks that are no more.
    func keep(_ networks: Set<Int64>) {
        state.withLock { state in state.findings = state.findings.filter { networks.contains($0.key) } }
    }

    /// Notes a repair.
    func note(_ steps: [String], at place: String) {
        if steps.isEmpty { return }
        var shown = Array(steps.prefix(Self.mostSteps))
        if shown.count < steps.count { shown.append("and \(steps.count - shown.count) more") }
        let repair = Repair(place: place, steps: shown, repairedAt: now())
        state.withLock { state in
            state.repairs.append(repair)
            if state.repairs.count > Self.mostRepairs { state.repairs.removeFirst() }
        }
        bell.yield(repair)
    }

    /// The repairs, the latest last; at most a hundred.
    var repairs: [Repair] { state.withLock { $0.repairs } }
}
