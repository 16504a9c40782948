import CMnl
import Glibc

/// A file descriptor, closed when it goes.
struct FileDescriptor: ~Copyable {
    /// The number.
    let number: Int32

    /// Takes over a descriptor that a call returned; nil for -1, whose error number is still in `errno`.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Opens a file for reading; nil when that fails.
    static func open(_ path: String) -> FileDescriptor? {
        FileDescriptor(unsafe wgp_open_for_reading(path))
    }

    /// Opens a file that is there for writing; nil, with the error number in `errno`, when that fails.
    static func openForWriting(_ path: String) -> FileDescriptor? {
        FileDescriptor(unsafe wgp_open_for_writing(path))
    }

    /// Writes all bytes in one call, as the kernel's own files want it; throws the error number.
    borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
        while true {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(number, buffer.baseAddress, buffer.count)
            }
            if count == bytes.count { return }
            if count >= 0 { throw SystemError(call: "write", errno: EIO) }
            if errno != EINTR { throw SystemError(call: "write", errno: errno) }
        }
    }

    /// Reads once into the buffer and gives the count, 0 at the end; throws the error number.
    borrowing func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            }
            if count >= 0 { return count }
            if errno != EINTR { throw SystemError(call: "read", errno: errno) }
        }
    }

    /// Sends all bytes of a stream; throws the error number. A reader that went away is an error and no signal.
    borrowing func send(_ bytes: [UInt8]) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                return unsafe Glibc.send(
                    number, rest.baseAddress, rest.count, Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw SystemError(call: "send", errno: errno)
            }
        }
    }
}

/// A system call that failed.
struct SystemError: Error, Equatable {
    /// The call.
    let call: String
    /// Its error number.
    let errno: Int32
}
