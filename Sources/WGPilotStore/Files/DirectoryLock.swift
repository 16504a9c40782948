import Glibc

/// Holds the data directory for this process alone, until it goes. SQLite's own locks would let a second daemon in, and
/// two daemons would fight over the kernel.
final class DirectoryLock: Sendable {
    private let file: FileDescriptor

    /// Takes the lock, or says who has it.
    init(_ directory: DataDirectory) throws(StoreError) {
        guard let file = try FileDescriptor(path: directory.lock, flags: O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        else { throw StoreError(systemCall: "open", path: directory.lock) }
        guard try file.tryLock() else {
            let text = try String(decoding: file.read(limit: 20), as: UTF8.self)
            let holder = Int32(text.prefix { $0.isNumber }).map { "process \($0)" } ?? "another process"
            throw StoreError(
                .alreadyRunning,
                "\(holder) already works on \(directory.path); stop it first, or choose another data directory")
        }
        try file.replaceContent(Array("\(getpid())\n".utf8))
        self.file = file
    }
}
