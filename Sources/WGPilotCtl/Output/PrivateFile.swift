import Glibc

/// Writes files that hold secrets.
enum PrivateFile {
    /// Writes a file that only its owner can read, whole or not at all: into a new file beside it, which then takes
    /// the name. A readable file that stood there before is replaced, never written through; a link is refused.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFault) {
        func fault(_ what: String) -> CommandFault {
            CommandFault(status: .failure, message: "cannot write \(path): \(what)")
        }
        // As root, a rename would put a plain file in the place of /dev/stdout for every program; and that is a link, which
        // may well lead to a regular file.
        var there = stat()
        if unsafe lstat(path, &there) == 0, there.st_mode & S_IFMT != S_IFREG {
            throw fault("something is there that is not a regular file")
        }
        let temporary = "\(path).\(UInt32.random(in: .min ... .max)).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw fault(SystemError.text(errno)) }
        var offset = 0
        var failure: String?
        while offset < bytes.count, failure == nil {
            let written = unsafe bytes[offset...].withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if written > 0 {
                offset += written
            } else if errno != EINTR {
                failure = SystemError.text(errno)
            }
        }
        if failure == nil, fsync(descriptor) != 0 { failure = SystemError.text(errno) }
        close(descriptor)
        if failure == nil, unsafe rename(temporary, path) != 0 { failure = SystemError.text(errno) }
        if let failure {
            _ = unsafe unlink(temporary)
            throw fault(failure)
        }
    }
}
