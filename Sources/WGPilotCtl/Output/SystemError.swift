import Glibc

/// Why a system call failed, in the words of the C library.
enum SystemError {
    static func text(_ code: Int32) -> String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
