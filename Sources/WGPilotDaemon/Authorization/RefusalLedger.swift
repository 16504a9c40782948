import Synchronization
import WGPilotCore
import WGPilotStore

/// Counts what is refused or fails again and again, so that no flood of attempts grows the audit log: the first is told
/// at once, those like it within the same minute in one later entry. A flood that goes on is told ever more seldom.
final class RefusalLedger: Sendable {
    /// An entry to be written.
    struct Entry: Sendable {
        var context: AuditContext
        var result: String
        var reason: String
        var count: Int64
        var changes: [AuditChange] = []
    }

    private struct Actor: Hashable {
        let kind: AuditActor.Kind
        let uid: UInt32?
        let tokenID: Int64?
        /// Of a web user, of whom there are few enough; nil for others.
        let name: String?
    }

    private struct Key: Hashable {
        let actor: Actor
        let method: String
        let target: String
        let result: String
        let reason: String
    }

    private struct Repeats {
        /// The latest of them.
        var entry: Entry
        /// When the time began that they are counted in, and how long it is.
        var since: Int64
        var window = RefusalLedger.window
        var count: Int64 = 0
    }

    /// Attempts that are alike are counted together for so many seconds.
    static let window: Int64 = 60
    /// The longest time that attempts are counted together.
    static let longestWindow: Int64 = 3600
    /// The most kinds of attempts of one actor that are told apart.
    static let mostOfOneActor = 128
    /// The most kinds of attempts that are told apart at all.
    static let most = 4096
    /// Stands for the methods that are no longer told apart.
    static let others = "(others)"

    private struct State {
        var repeats: [Key: Repeats] = [:]
        var kinds: [Actor: Int] = [:]
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// Notes an attempt. Answers it where it is to be written at once.
    func note(
        _ context: AuditContext, result: String, reason: String, changes: [AuditChange] = []
    ) -> Entry? {
        let time = now()
        let actor = Actor(
            kind: context.actor.kind, uid: context.actor.uid, tokenID: context.actor.tokenID,
            name: context.actor.kind == .web ? context.actor.name : nil)
        var entry = Entry(context: context, result: result, reason: reason, count: 1, changes: changes)
        return state.withLock { state in
            var key = Key(
                actor: actor, method: context.method, target: context.target, result: result, reason: reason)
            if state.repeats[key] == nil,
                state.kinds[actor, default: 0] >= Self.mostOfOneActor || state.repeats.count >= Self.most
            {
                entry.context.method = Self.others
                entry.context.target = ""
                key = Key(actor: actor, method: Self.others, target: "", result: "", reason: "")
            }
            if var known = state.repeats[key] {
                known.entry = entry
                known.count += 1
                state.repeats[key] = known
                return nil
            }
            // So many actors that there is no room even for one kind each.
            if state.repeats.count >= Self.most + Self.mostOfOneActor { return nil }
            state.kinds[actor, default: 0] += 1
            state.repeats[key] = Repeats(entry: entry, since: time)
            return entry
        }
    }

    /// Takes what was counted and whose minute is over, or with `all` whatever was counted.
    func take(all: Bool = false) -> [Entry] {
        let time = now()
        return state.withLock { state in
            var entries: [Entry] = []
            for (key, known) in state.repeats {
                // A clock that was set back must not keep it for ever.
                guard all || time < known.since || time - known.since >= known.window else { continue }
                if known.count > 0 {
                    var entry = known.entry
                    entry.count = known.count
                    entries.append(entry)
                    state.repeats[key]?.since = time
                    state.repeats[key]?.window = min(2 * known.window, Self.longestWindow)
                    state.repeats[key]?.count = 0
                } else {
                    state.repeats[key] = nil
                    let left = state.kinds[key.actor, default: 1] - 1
                    state.kinds[key.actor] = left > 0 ? left : nil
                }
            }
            return entries
        }
    }

    /// Whether nothing is remembered.
    var isEmpty: Bool { state.withLock { $0.repeats.isEmpty } }
}
