import Glibc

/// Reads what must not be seen on the terminal, nor in the shell's history: passwords.
enum HiddenInput {
    /// No password is longer, in bytes; a file that is none is not read to its end.
    private static let longest = 4096

    /// Asks on the terminal, without an echo, twice; where standard input is no terminal its first line is taken.
    ///
    /// - Parameter path: The file to take the first line of instead, `-` for standard input; nil to ask.
    static func password(_ path: String?) throws(CommandFault) -> String {
        if let path { return try firstLine(of: InputFile.read(path), path) }
        guard Terminal.canAsk else { return try firstLine(of: InputFile.read("-"), "-") }
        let first = try ask("Password: ")
        guard try ask("The same again: ") == first else {
            throw CommandFault(status: .invalidArgument, message: "the two are not the same; nothing was changed")
        }
        return first
    }

    /// The text up to the first line break: editors and `echo` put one at the end.
    static func firstLine(of text: String, _ path: String) throws(CommandFault) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard let line = lines.first, !line.isEmpty, line.utf8.count <= longest,
            lines.dropFirst().allSatisfy(\.isEmpty)
        else {
            throw CommandFault(
                status: .invalidArgument,
                message: "\(path == "-" ? "standard input" : path) has not one line with a password")
        }
        return String(line)
    }

    /// What is typed up to the end of the line. The terminal gives each key as it comes, an interruption too, so that it is
    /// put back as it was in any case.
    private static func ask(_ question: String) throws(CommandFault) -> String {
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { throw fault(SystemError.text(errno)) }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 else { throw fault(SystemError.text(errno)) }
        defer {
            _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Terminal.writeError("\n")
        }
        // Once nothing is echoed any more: what was typed ahead of that is dropped.
        Terminal.writeError(question)
        return try line()
    }

    private static func line() throws(CommandFault) -> String {
        var typed: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = unsafe read(STDIN_FILENO, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { throw fault("the terminal went away") }
            switch byte {
            case 0x0A, 0x0D:
                guard let text = String(validating: typed, as: UTF8.self) else { throw fault("it is not UTF-8") }
                return text
            // Control-C, Control-D, Control-\.
            case 0x03, 0x04, 0x1C: throw CommandFault(status: .failure, message: "given up; nothing was changed")
            // Control-U takes the line back.
            case 0x15: typed = []
            case 0x08, 0x7F:
                // A whole character: its first byte is the one that does not go on another (RFC 3629 §3).
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            default:
                guard typed.count < longest else { throw fault("it is too long") }
                typed.append(byte)
            }
        }
    }

    private static func fault(_ what: String) -> CommandFault {
        CommandFault(status: .failure, message: "the password cannot be read: \(what)")
    }
}
