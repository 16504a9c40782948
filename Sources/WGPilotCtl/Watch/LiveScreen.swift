import Glibc
import Synchronization

/// A terminal that is drawn again in place: the alternate screen, keys as they are typed, everything put back at the
/// end, whichever way that comes.
struct LiveScreen: ~Copyable {
    private let before: termios

    /// Set by a signal; the loop looks at it.
    private static let wasAskedToEnd = Atomic(false)

    /// Takes the terminal over; nil where standard input and output are none.
    init?() {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &settings) == 0
        else { return nil }
        before = settings
        // Keys at once and unseen; Ctrl-C is a key too, so that the terminal is put back.
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        unsafe _ = tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        for number in [SIGTERM, SIGHUP, SIGINT] {
            signal(number) { _ in LiveScreen.wasAskedToEnd.store(true, ordering: .relaxed) }
        }
        // xterm's control sequences: alternate screen on, cursor off, no line wrap.
        Terminal.print("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
    }

    deinit {
        Terminal.print("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        var settings = before
        unsafe _ = tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    /// Whether a signal asked for the end.
    var shouldEnd: Bool { LiveScreen.wasAskedToEnd.load(ordering: .relaxed) }

    /// Columns and lines; 80 × 24 where the terminal does not say.
    var size: (columns: Int, lines: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws lines from the top, over what stood there.
    func draw(_ lines: [String]) {
        Terminal.print("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    /// What was typed since the last look; does not wait.
    func keys() -> [UInt8] {
        var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wanted, 1, 0) == 1 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
        // The end of the input is the end of the command, as Ctrl-C is.
        return count > 0 ? Array(buffer.prefix(count)) : [3]
    }
}
