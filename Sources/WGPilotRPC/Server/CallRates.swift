internal import NIOCore
internal import Synchronization

/// The allowances of all users, which the connections of a user share, whichever event loops they are on.
final class CallRates: Sendable {
    /// Beyond so many users those are forgotten who could make a full burst again.
    private static let crowd = 1024

    /// The clock counts nanoseconds.
    private static let most = 1_000_000_000

    private let perSecond: @Sendable (UInt32) -> Int
    private let now: @Sendable () -> NIODeadline
    private let users = Mutex<[UInt32: CallAllowance]>([:])

    /// Makes the allowances; who has 0 calls a second may call at any rate.
    init(now: @escaping @Sendable () -> NIODeadline, perSecond: @escaping @Sendable (UInt32) -> Int) {
        self.perSecond = perSecond
        self.now = now
    }

    /// Makes the allowances that a configuration has.
    convenience init(_ configuration: RPCServerConfiguration) {
        self.init(now: configuration.now) { configuration.callsPerSecond(of: $0) }
    }

    /// Counts a call of a user; nil if it may be made, else how long until it may. Root may always.
    func take(_ uid: UInt32) -> TimeAmount? { take(uid, overdraftSeconds: 0) }

    private func take(_ uid: UInt32, overdraftSeconds: Int) -> TimeAmount? {
        if uid == 0 { return nil }
        let perSecond = min(perSecond(uid), CallRates.most)
        guard perSecond > 0 else { return nil }
        let now = self.now()
        return users.withLock { users in
            if users[uid] == nil, users.count >= CallRates.crowd {
                users = users.filter { $0.value.paidOff > now }
            }
            return users[uid, default: CallAllowance(at: now)].take(
                perSecond: perSecond, at: now, overdraft: overdraftSeconds * perSecond)
        }
    }

    /// The same for a ping, which cannot be refused: it is counted, and may overdraw the allowance by a whole burst.
    func takePing(_ uid: UInt32) -> TimeAmount? {
        take(uid, overdraftSeconds: Int(CallAllowance.burstSeconds))
    }
}
