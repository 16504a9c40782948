import Glibc

/// The file that holds the master key: 32 bytes, readable by its owner alone.
enum MasterKeyFile {
    /// Reads the key; nil where there is no file.
    static func read(_ path: String) throws(StoreError) -> MasterKey? {
        guard let file = try FileDescriptor(path: path, flags: O_RDONLY) else { return nil }
        let status = try file.status()
        guard status.mode & S_IFMT == S_IFREG, status.mode & 0o077 == 0, status.owner == geteuid() || status.owner == 0
        else {
            throw StoreError(
                .unsafeMasterKey,
                "others can read the master key \(path); if nobody has, run: chown root \(path) && chmod 600 \(path)")
        }
        var bytes = try file.read(limit: MasterKey.byteCount + 1)
        defer { wipe(&bytes) }
        guard let key = MasterKey(bytes: bytes) else {
            throw StoreError(
                .wrongMasterKey,
                "\(path) is not a master key: it must have exactly \(MasterKey.byteCount) bytes; restore it from a backup"
            )
        }
        return key
    }

    /// Makes a key and its file, whole or not at all.
    static func create(in directory: DataDirectory) throws(StoreError) -> MasterKey {
        let key = MasterKey.generate()
        let temporary = directory.masterKey + ".new"
        try DataDirectory.removeLeftover(temporary)
        guard let file = try FileDescriptor(path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600) else {
            throw StoreError(systemCall: "open", path: temporary)
        }
        try key.withBytes { bytes throws(StoreError) in try file.replaceContent(bytes) }
        try directory.publish(temporary, as: directory.masterKey)
        return key
    }
}
