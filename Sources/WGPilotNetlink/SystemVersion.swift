import Glibc

/// Versions of what runs here.
enum SystemVersion {
    /// The kernel's name and release: `Linux 6.1.0-44-amd64`. The files hold what uname(2) tells, from memory, so that reading
    /// them never waits.
    static var kernel: String {
        let text = { (path: String) in
            ProcessFiles.content("/proc/sys/kernel/\(path)", limit: 256).map {
                String(decoding: $0.prefix { $0 > 32 && $0 < 127 }, as: UTF8.self)
            }
        }
        return "\(text("ostype") ?? "Linux") \(text("osrelease") ?? "of unknown release")"
    }
}
