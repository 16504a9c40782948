import Glibc

/// Where a process says why it does not start, before it has a logger.
public enum StandardError {
    /// Writes each line of the message, with the program's name before it.
    public static func write(_ message: String, program: String) {
        let text = message.split(separator: "\n").map { "\(program): \($0)\n" }.joined()
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
