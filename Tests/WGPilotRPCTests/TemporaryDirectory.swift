import Glibc

/// A directory of its own for a test, removed with what is in it.
enum TemporaryDirectory {
    static func with<Output>(_ body: (String) async throws -> Output) async throws -> Output {
        let path = "/tmp/wgpilot-rpc-\(getpid())-\(UInt32.random(in: .min ... .max))"
        guard unsafe mkdir(path, 0o700) == 0 else { throw SystemFailure(errno: errno) }
        defer {
            for name in ["s", "s.lock", "s.new"] { _ = unsafe unlink(path + "/" + name) }
            _ = unsafe rmdir(path)
        }
        return try await body(path)
    }
}

/// A system call of a test's own that failed.
struct SystemFailure: Error {
    var errno: CInt
}

/// Binds a socket of a test's own.
func bind(_ descriptor: CInt, to path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe Glibc.bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard result == 0 else { throw SystemFailure(errno: errno) }
}
