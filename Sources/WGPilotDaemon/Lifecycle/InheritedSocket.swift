import Glibc

/// A listening socket that the service manager handed over, by the protocol of sd_listen_fds(3).
enum InheritedSocket {
    /// The first descriptor that is handed over (`SD_LISTEN_FDS_START`).
    private static let first: Int32 = 3

    /// The descriptor, where exactly one was handed to this very process; the environment is cleared, so that no child
    /// takes it for its own.
    static func take() -> Int32? {
        func number(_ name: String) -> Int32? {
            unsafe getenv(name).flatMap { unsafe Int32(String(cString: $0)) }
        }
        defer {
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe unsetenv(name) }
        }
        guard number("LISTEN_PID") == getpid(), number("LISTEN_FDS") == 1 else { return nil }
        _ = fcntl(first, F_SETFD, FD_CLOEXEC)
        return first
    }
}
