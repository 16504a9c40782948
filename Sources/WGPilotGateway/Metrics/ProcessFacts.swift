import FoundationEssentials
import Glibc
import NIOPosix

/// What the kernel knows of this process.
struct ProcessFacts: Sendable {
    /// Seconds of processor time, of all threads.
    var cpuSeconds = 0.0
    /// Resident memory; nil where /proc does not tell.
    var residentBytes: UInt64?

    /// Seconds since 1970-01-01 UTC, now.
    static var now: Double {
        Date().timeIntervalSince1970
    }

    /// Asks. The file is read on a thread that may block.
    static func read() async -> ProcessFacts {
        let pages = (try? await NIOThreadPool.singleton.runIfActive { residentPages() }) ?? nil
        return ProcessFacts(
            // clock(3) counts in CLOCKS_PER_SEC, which POSIX has at a million.
            cpuSeconds: Double(clock()) / 1e6,
            residentBytes: pages.map { $0 * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 0)) })
    }

    /// The second number of /proc/self/statm (proc(5)).
    private static func residentPages() -> UInt64? {
        let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) : nil
    }
}
