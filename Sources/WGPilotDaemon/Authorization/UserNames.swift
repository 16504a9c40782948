import Dispatch
import Glibc
import Synchronization

/// The names of users by number, for the audit log. The name service may be slow or hang: it is asked on a thread of its
/// own, seldom, and not waited for long.
final class UserNames: Sendable {
    private struct Known {
        let name: String
        let until: ContinuousClock.Instant
    }

    private final class Answer: Sendable {
        private let continuation: Mutex<CheckedContinuation<String, Never>?>

        init(_ continuation: CheckedContinuation<String, Never>) {
            self.continuation = Mutex(continuation)
        }

        /// Answers, if nobody did yet.
        func give(_ name: String) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: name)
        }
    }

    private static let lifetime = Duration.seconds(300)
    private static let patience = DispatchTimeInterval.seconds(1)
    private static let most = 1024

    private let known = Mutex<[UInt32: Known]>([:])
    private let queue = DispatchQueue(label: "wgpilot.user-names")

    /// The name of a user; the number where it has none, or where nobody tells in time.
    func name(of uid: UInt32) async -> String {
        if uid == 0 { return "root" }
        let now = ContinuousClock.now
        if let known = known.withLock({ $0[uid] }), now < known.until { return known.name }
        return await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            queue.async {
                let name = Self.lookUp(uid) ?? String(uid)
                self.known.withLock { known in
                    if known.count >= Self.most { known = [:] }
                    known[uid] = Known(name: name, until: now + Self.lifetime)
                }
                answer.give(name)
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { answer.give(String(uid)) }
        }
    }

    private static func lookUp(_ uid: UInt32) -> String? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        let code = unsafe getpwuid_r(uid, &entry, &buffer, buffer.count, &found)
        guard code == 0, let found = unsafe found, let name = unsafe found.pointee.pw_name else { return nil }
        return unsafe String(cString: name)
    }
}
