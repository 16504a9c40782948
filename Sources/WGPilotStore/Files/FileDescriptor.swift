import Glibc

/// An open file, closed when its owner goes.
struct FileDescriptor: ~Copyable {
    private let number: Int32
    private let path: String

    /// Opens a file as open(2) does; it is never passed on to a child process. A FIFO in the place of a file does not hold
    /// the daemon up.
    ///
    /// Returns nil where the file does not exist and `flags` do not make it.
    init?(path: String, flags: Int32, mode: mode_t = 0) throws(StoreError) {
        let number = retryingOnInterrupt { unsafe Glibc.open(path, flags | O_CLOEXEC | O_NONBLOCK, mode) }
        guard number >= 0 else {
            if errno == ENOENT, flags & O_CREAT == 0 { return nil }
            throw StoreError(systemCall: "open", path: path)
        }
        self.number = number
        self.path = path
    }

    deinit { _ = Glibc.close(number) }

    /// What fstat(2) tells of the file.
    func status() throws(StoreError) -> (mode: mode_t, owner: uid_t, size: Int64) {
        var result = stat()
        guard unsafe fstat(number, &result) == 0 else { throw StoreError(systemCall: "fstat", path: path) }
        return (result.st_mode, result.st_uid, Int64(result.st_size))
    }

    /// Sets the permissions.
    func setMode(_ mode: mode_t) throws(StoreError) {
        guard fchmod(number, mode) == 0 else { throw StoreError(systemCall: "chmod", path: path) }
    }

    /// Takes the exclusive lock of flock(2) without waiting; false where somebody else has it. It belongs to this open
    /// file, so a second attempt from within the same process fails as well.
    func tryLock() throws(StoreError) -> Bool {
        if retryingOnInterrupt({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw StoreError(systemCall: "lock", path: path)
    }

    /// Reads at most `limit` bytes from the start.
    func read(limit: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            retryingOnInterrupt { unsafe pread(number, buffer.baseAddress, buffer.count, 0) }
        }
        guard count >= 0 else { throw StoreError(systemCall: "read", path: path) }
        bytes.removeLast(limit - count)
        return bytes
    }

    /// Replaces the content, and waits until it is on the disk.
    func replaceContent(_ bytes: [UInt8]) throws(StoreError) {
        guard ftruncate(number, 0) == 0 else { throw StoreError(systemCall: "truncate", path: path) }
        let count = unsafe bytes.withUnsafeBytes { buffer in
            retryingOnInterrupt { unsafe pwrite(number, buffer.baseAddress, buffer.count, 0) }
        }
        guard count == bytes.count else { throw StoreError(systemCall: "write", path: path) }
        try synchronize()
    }

    /// Waits until the file, or the folder's list of names, is on the disk.
    func synchronize() throws(StoreError) {
        guard retryingOnInterrupt({ fsync(number) }) == 0 else { throw StoreError(systemCall: "fsync", path: path) }
    }
}

/// Repeats a system call that a signal interrupted (signal(7)).
func retryingOnInterrupt<Result: BinaryInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

extension StoreError {
    /// Says what the last system call failed at; call it before anything else can change `errno`.
    init(systemCall: String, path: String) {
        let number = errno
        let reason = unsafe String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            self.init(.diskFull, "the disk that holds \(path) is full; free some space and try again")
        case EACCES, EPERM, EROFS:
            self.init(.io, "cannot \(systemCall) \(path): \(reason); check its owner and mode, and that of its folder")
        default:
            self.init(.io, "cannot \(systemCall) \(path): \(reason)")
        }
    }
}
