import Glibc

/// What tells one run of a network stack from another: the boot of the machine, and the network namespace. An interface's
/// index belongs to no other interface within it.
enum NetworkStackIdentity {
    /// Reads it. To be called before anything else runs: it reads files.
    static func read() -> String {
        var status = stat()
        let namespace = unsafe stat("/proc/self/ns/net", &status) == 0 ? "\(status.st_ino)" : "?"
        return "\(text(of: "/proc/sys/kernel/random/boot_id") ?? "?")/\(namespace)"
    }

    private static func text(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
