import CLinuxShims
import Glibc
import Logging

/// Holds this network namespace for one hub, until the process goes: two of them would each take the other's rules for a
/// stranger's, and replace them for ever.
///
/// The lock is an abstract Unix socket, whose name is the namespace's own and is free again the moment that its holder is
/// gone. Such a name has no permissions, and anybody may take it: one that is not held by our own user locks nobody out.
@safe final class NamespaceLock: Sendable {
    /// Another hub is at work in this network namespace.
    struct Taken: Error, CustomStringConvertible {
        /// The process that has the lock.
        let pid: Int32

        var description: String {
            "process \(pid) is a wgpilotd already for this machine (this network namespace), and two would fight over "
                + "the firewall; stop it first, or give this one a network namespace of its own"
        }
    }

    private static let name = "wgpilot-hub"
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock; nil where it cannot be had and nobody is known to be a hub, which the log tells.
    static func take(name: String = name, _ logger: Logger) throws(Taken) -> NamespaceLock? {
        var descriptor: Int32 = -1
        var holder = wgp_peer()
        let code = unsafe wgp_hold_name(name, &descriptor, &holder)
        if code == 0 { return NamespaceLock(descriptor) }
        if code == EADDRINUSE, holder.pid != 0, holder.uid == geteuid() { throw Taken(pid: holder.pid) }
        let holders = holder.pid == 0 ? "unknown" : "process \(holder.pid) of user \(holder.uid)"
        logger.warning(
            "no lock on this network namespace: see to it that no other wgpilotd runs here",
            metadata: ["name": "@\(name)", "holder": "\(holders)", "errno": "\(code)"])
        return nil
    }
}
