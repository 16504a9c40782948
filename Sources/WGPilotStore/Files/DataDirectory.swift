import Glibc

/// The folder that holds the database, the master key and the lock.
struct DataDirectory: Sendable {
    let path: String

    var database: String { "\(path)/wgpilot.db" }
    var masterKey: String { "\(path)/master.key" }
    var lock: String { "\(path)/wgpilot.lock" }

    /// Takes a folder that is there, or makes it (and what leads to it), readable by nobody else.
    init(path: String) throws(StoreError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard !path.isEmpty else { throw StoreError(.io, "the data directory has no name; give one") }
        try Self.make(self.path)
    }

    private static func make(_ path: String) throws(StoreError) {
        if unsafe mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST:
            // A symbolic link to a folder is as good; what is no folder fails at the first file in it.
            return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
                throw StoreError(systemCall: "make the folder", path: path)
            }
            try make(String(path[..<slash]))
            guard unsafe mkdir(path, 0o700) == 0 else {
                throw StoreError(systemCall: "make the folder", path: path)
            }
        default:
            throw StoreError(systemCall: "make the folder", path: path)
        }
    }

    /// Whether a file of this name is there; throws where that cannot be told.
    static func exists(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if unsafe lstat(path, &status) == 0 { return true }
        guard errno == ENOENT else { throw StoreError(systemCall: "look for", path: path) }
        return false
    }

    /// Gives a finished file its name. After this returns, a crash leaves the whole file or none.
    func publish(_ temporary: String, as path: String) throws(StoreError) {
        guard unsafe rename(temporary, path) == 0 else { throw StoreError(systemCall: "rename", path: temporary) }
        try synchronize()
    }

    /// Waits until the folder's list of names is on the disk.
    func synchronize() throws(StoreError) {
        guard let folder = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY) else {
            throw StoreError(systemCall: "open", path: path)
        }
        try folder.synchronize()
    }

    /// Removes a file left behind by a start that was cut short.
    static func removeLeftover(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw StoreError(systemCall: "remove", path: path) }
    }
}
