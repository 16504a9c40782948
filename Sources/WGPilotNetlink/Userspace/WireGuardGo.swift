import CMnl
import Glibc
import WGPilotCore

/// The program `wireguard-go`. Blocks, so it is for a ``BlockingWorker``.
struct WireGuardGo: Sendable {
    /// Why it could not be started.
    enum Failure: Error, Equatable {
        /// A system call failed.
        case system(SystemError)
        /// It ended with a status other than 0: the status of wait(2).
        case ended(status: Int32)
        /// It neither ended nor went to the background in time.
        case timedOut
    }

    /// Where the program is.
    let path: String
    private static let timeout = Duration.seconds(15)
    private static let defaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Looks for the program in the folders of PATH; nil when it is in none.
    static func find() -> WireGuardGo? {
        for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
            let path = "\(folder)/wireguard-go"
            if unsafe access(path, X_OK) == 0 { return WireGuardGo(path: path) }
        }
        return nil
    }

    private static var searchPath: String {
        guard let value = unsafe getenv("PATH") else { return defaultSearchPath }
        return unsafe String(cString: value)
    }

    /// Starts it for an interface and waits until it has gone to the background, interface and socket made.
    ///
    /// It outlives us: a session of its own, none of our descriptors, `/` as its folder. What is waited for is the process
    /// that we start, which ends once its own child has taken over.
    func start(_ name: InterfaceName) throws(Failure) {
        let pid = try spawn(name)
        guard let handle = FileDescriptor(wgp_pidfd_open(pid)) else {
            // Without a descriptor to wait at, it is waited for without limit, rather than left a zombie.
            try reap(pid)
            return
        }
        var poll = pollfd(fd: handle.number, events: Int16(POLLIN), revents: 0)
        var ready: Int32
        repeat {
            ready = unsafe Glibc.poll(&poll, 1, Int32(clamping: Self.timeout.wholeMilliseconds))
        } while ready < 0 && errno == EINTR
        guard ready > 0 else {
            kill(pid, SIGKILL)
            try? reap(pid)
            throw .timedOut
        }
        try reap(pid)
    }

    private func reap(_ pid: pid_t) throws(Failure) {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { throw .system(SystemError(call: "waitpid", errno: errno)) }
        }
        if status != 0 { throw .ended(status: status) }
    }

    private func spawn(_ name: InterfaceName) throws(Failure) -> pid_t {
        var arguments = unsafe [strdup(path), strdup(name.description), nil]
        var environment = unsafe [strdup("PATH=\(Self.searchPath)"), strdup("LOG_LEVEL=error"), nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        var pid: pid_t = 0
        let code = unsafe wgp_spawn_detached(&pid, path, &arguments, &environment)
        guard code == 0 else { throw .system(SystemError(call: "posix_spawn", errno: code)) }
        return pid
    }
}
