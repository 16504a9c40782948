internal import CLinuxShims
internal import Glibc

/// A listening Unix socket, and the file it left at its path.
///
/// The path never leads to a socket with wrong permissions, not even for an instant: the socket is made under another
/// name, gets its owner and mode, begins to listen, and only then is renamed to its place. Two servers that start at once
/// cannot both win, because the lock file is taken first and kept.
struct ListeningSocket: ~Copyable {
    /// What has to be undone: only for a socket that was made here.
    private struct Made {
        let path: String
        let device: dev_t
        let inode: ino_t
        let lock: CInt
    }

    /// The listening descriptor. Whoever takes it over closes it.
    let descriptor: CInt
    private let made: Made?

    /// Clients that may wait to be accepted; the kernel caps it at net.core.somaxconn, which is this by default.
    private static let backlog: CInt = 4096

    init(_ address: ListenAddress) throws(ListenerError) {
        switch address {
        case .inherited(let descriptor):
            try ListeningSocket.check(inherited: descriptor)
            self.descriptor = descriptor
            self.made = nil
        case .path(let path, let mode, let group):
            let lock = try ListeningSocket.lock(path)
            do throws(ListenerError) {
                try ListeningSocket.refuseOccupied(path)
                (descriptor, made) = try ListeningSocket.make(at: path, mode: mode, group: group, lock: lock)
            } catch {
                close(lock)
                throw error
            }
        }
    }

    deinit {
        guard let made else { return }
        // Somebody may have put another file there meanwhile; that one is not ours to remove.
        if let status = ListeningSocket.status(of: made.path), status.st_dev == made.device,
            status.st_ino == made.inode
        {
            unsafe _ = unlink(made.path)
        }
        close(made.lock)
    }

    /// Lets as many clients wait as may: the event loop, when it took the descriptor, called listen(2) with a number of
    /// its own.
    func widenBacklog() {
        listen(descriptor, ListeningSocket.backlog)
    }

    // MARK: Inherited

    private static func check(inherited descriptor: CInt) throws(ListenerError) {
        var name = [CChar](repeating: 0, count: 256)
        let result = unsafe wgp_unix_listening_path(descriptor, &name, name.count)
        guard result == 0 else {
            throw ListenerError(
                .unsuitableDescriptor, errno: result,
                "Descriptor \(descriptor) is not a listening Unix stream socket with a path")
        }
        let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let status = status(of: path), status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenerError(.unsuitableDescriptor, "There is no socket at \(path) any more.")
        }
        guard status.st_mode & 0o7777 & ~0o660 == 0 else {
            throw ListenerError(
                .tooPermissive,
                "The socket at \(path) has mode \(String(status.st_mode & 0o7777, radix: 8)): it must not be wider"
                    + " than 660.")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    // MARK: Made here

    private static func lock(_ path: String) throws(ListenerError) -> CInt {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ListenerError(.invalidPath, "The socket's path is empty or holds a null character.")
        }
        var lock: CInt = -1
        let result = unsafe wgp_lock_file(path + ".lock", &lock)
        guard result != EWOULDBLOCK else {
            throw ListenerError(.addressInUse, "Another process holds \(path).lock and so serves \(path).")
        }
        guard result == 0 else { throw ListenerError(.system, errno: result, "Locking \(path).lock failed") }
        return lock
    }

    /// Accepts an absent path, and a socket on which nobody answers.
    private static func refuseOccupied(_ path: String) throws(ListenerError) {
        guard let status = status(of: path) else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenerError(.notASocket, "\(path) exists and is not a socket; it was left alone.")
        }
        let probe = try open()
        defer { close(probe) }
        let result = unsafe wgp_unix_connect(probe, path)
        switch result {
        case ECONNREFUSED, ENOENT: return
        // A full backlog (EAGAIN on a socket that does not block) is a server too, if a slow one.
        case 0, EAGAIN: throw ListenerError(.addressInUse, "Another process answers on \(path).")
        default: throw ListenerError(.system, errno: result, "Probing \(path) failed")
        }
    }

    private static func make(
        at path: String, mode: UInt32, group: UInt32?, lock: CInt
    ) throws(ListenerError) -> (CInt, Made) {
        let temporary = path + ".new"
        let descriptor = try open()
        do throws(ListenerError) {
            // The lock is held, so a file of this name is what a killed server left.
            unsafe _ = unlink(temporary)
            // The mode of the bound file is that of the socket, less the umask (unix(7)).
            try check(fchmod(descriptor, 0o600), "Restricting the socket")
            let bound = unsafe wgp_unix_bind(descriptor, temporary)
            guard bound != ENAMETOOLONG else {
                throw ListenerError(.invalidPath, "The socket's path \(path) is longer than 103 bytes.")
            }
            guard bound == 0 else { throw ListenerError(.system, errno: bound, "Binding \(temporary) failed") }
            do throws(ListenerError) {
                if let group {
                    try check(unsafe lchown(temporary, uid_t.max, group), "Giving \(path) to group \(group)")
                }
                try check(unsafe chmod(temporary, mode & 0o777), "Setting the mode of \(path)")
                try check(listen(descriptor, backlog), "Listening on \(path)")
                guard let status = status(of: temporary) else {
                    throw ListenerError(.system, errno: ENOENT, "Looking at \(temporary) failed")
                }
                try check(unsafe rename(temporary, path), "Renaming \(temporary)")
                return (descriptor, Made(path: path, device: status.st_dev, inode: status.st_ino, lock: lock))
            } catch {
                unsafe _ = unlink(temporary)
                throw error
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    // MARK: System calls

    private static func open() throws(ListenerError) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw ListenerError(.system, errno: errno, "Making a socket failed") }
        return descriptor
    }

    private static func check(_ result: CInt, _ operation: String) throws(ListenerError) {
        guard result == 0 else { throw ListenerError(.system, errno: errno, "\(operation) failed") }
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }
}
