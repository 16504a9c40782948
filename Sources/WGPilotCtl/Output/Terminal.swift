import Glibc

/// Standard output and error: data to the one, messages to the other, nothing buffered behind our back.
enum Terminal {
    /// Whether standard output is a terminal: only then is there colour.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many cells a line of the terminal has that standard output is; nil where it is none, or does not say.
    static var columns: Int? {
        var size = winsize()
        guard isInteractive, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Whether standard input is a terminal: only then can a question be asked.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// Writes data to standard output. A configuration that a full disk cut off must not pass for a whole one, so a
    /// failure ends the command with an error; a reader that went away (`| head`) ends it quietly.
    static func print(_ text: String) {
        let code = write(text, to: STDOUT_FILENO)
        guard code != 0 else { return }
        if code != EPIPE {
            printError("cannot write to standard output: \(SystemError.text(code))")
        }
        exit(ExitStatus.failure.rawValue)
    }

    /// Writes a message line to standard error.
    static func note(_ text: String) {
        write(PrintableText.of(text) + "\n", to: STDERR_FILENO)
    }

    /// Writes an error line to standard error.
    static func printError(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            write("wgpilotctl: \(PrintableText.of(String(line)))\n", to: STDERR_FILENO)
        }
    }

    /// Writes text to standard error as it is.
    static func writeError(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// Asks for a yes before something is destroyed.
    static func confirm(_ question: String, assumeYes: Bool) throws {
        if assumeYes { return }
        guard canAsk else {
            throw CommandFault(status: .usage, message: "\(question) Give --yes to confirm.")
        }
        write("\(PrintableText.of(question)) [y/N] ", to: STDERR_FILENO)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw CommandFault(status: .failure, message: "nothing was changed")
        }
    }

    /// Returns 0, or the error number.
    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes[offset...].withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if written > 0 {
                offset += written
            } else if written < 0 && (errno == EINTR || errno == EAGAIN) {
                continue
            } else {
                return errno
            }
        }
        return 0
    }
}
