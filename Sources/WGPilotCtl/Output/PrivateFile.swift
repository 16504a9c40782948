import Glibc

/// Writes files that hold secrets.
enum PrivateFile {
    /// Writes a file that only its owner can read, whole or not at all; see ``Output``.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFault) {
        let output = try Output(path)
        try output.append(bytes)
        try output.commit()
    }

    /// A file on its way: what only its owner can read is written into a new file beside it, which takes the name at the
    /// end, or goes. A readable file that stood there before is replaced, never written through; a link is refused.
    final class Output {
        private let path: String
        private let temporary: String
        private var descriptor: Int32

        /// Makes the new file.
        init(_ path: String) throws(CommandFault) {
            self.path = path
            temporary = "\(path).\(UInt32.random(in: .min ... .max)).tmp"
            descriptor = -1
            // As root, a rename would put a plain file in the place of /dev/stdout for every program; and that is a link,
            // which may well lead to a regular file.
            var there = stat()
            if unsafe lstat(path, &there) == 0, there.st_mode & S_IFMT != S_IFREG {
                throw fault("something is there that is not a regular file")
            }
            descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw fault(SystemError.text(errno)) }
        }

        deinit { discard() }

        /// Writes more.
        func append(_ bytes: [UInt8]) throws(CommandFault) {
            var offset = 0
            while offset < bytes.count {
                let written = unsafe bytes[offset...].withUnsafeBytes { buffer in
                    unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
                }
                if written > 0 {
                    offset += written
                } else if errno != EINTR {
                    throw fault(SystemError.text(errno))
                }
            }
        }

        /// Puts the file in its place.
        func commit() throws(CommandFault) {
            guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
                throw fault(SystemError.text(errno))
            }
            close(descriptor)
            descriptor = -1
        }

        private func discard() {
            guard descriptor >= 0 else { return }
            close(descriptor)
            descriptor = -1
            _ = unsafe unlink(temporary)
        }

        private func fault(_ what: String) -> CommandFault {
            CommandFault(status: .failure, message: "cannot write \(path): \(what)")
        }
    }
}
