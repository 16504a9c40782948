import Glibc

/// Reads the files that a command sends to the daemon.
enum InputFile {
    /// The most bytes: with the rest of the request they stay below the 4 MiB of a frame that the daemon takes.
    static let maximumBytes = 3 * 1024 * 1024

    /// The text of a file, or of standard input where the path is `-`. No error tells what stands in it.
    static func read(_ path: String) throws(CommandFault) -> String {
        func fault(_ status: ExitStatus, _ what: String) -> CommandFault {
            CommandFault(status: status, message: "cannot read \(path == "-" ? "standard input" : path): \(what)")
        }
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(.failure, SystemError.text(errno)) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw fault(.failure, SystemError.text(errno))
            }
            bytes += buffer[..<count]
            guard bytes.count <= maximumBytes else {
                throw fault(.resourceExhausted, "it is longer than \(maximumBytes) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fault(.invalidArgument, "it is not UTF-8")
        }
        return text
    }
}
