import CMnl
import Glibc

/// Reads what is under /proc; proc(5). Blocks, so it is for a ``BlockingWorker``.
enum ProcessFiles {
    /// The content of a file, up to a limit; nil when it cannot be read. Processes end at any time, so what cannot be
    /// read is no error.
    static func content(_ path: String, limit: Int = 16 << 20) -> [UInt8]? {
        guard let file = FileDescriptor.open(path) else { return nil }
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while out.count < limit {
            guard let count = try? file.read(into: &buffer) else { return nil }
            if count == 0 { break }
            out += buffer[..<min(count, limit - out.count)]
        }
        return out
    }

    /// The names in a directory without `.` and `..`; empty when it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe String(cString: wgp_entry_name(entry))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// What a symbolic link says; nil when there is none.
    static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
