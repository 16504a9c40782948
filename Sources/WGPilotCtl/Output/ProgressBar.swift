import Glibc

/// How far long work is, drawn on standard error where that is a terminal.
struct ProgressBar {
    private let title: String
    private let total: Int
    private let isShown: Bool
    private var done = 0
    private var drawn = ContinuousClock.now - .seconds(1)

    /// Begins a bar for so many pieces of work.
    init(_ title: String, total: Int) {
        self.title = title
        self.total = total
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// One piece is done.
    mutating func advance() {
        done += 1
        // Ten times a second is what an eye can follow.
        guard isShown, done == total || ContinuousClock.now - drawn > .milliseconds(100) else { return }
        drawn = .now
        Terminal.writeError(Self.line(title, done, total))
    }

    /// Takes the bar away.
    func finish() {
        if isShown { Terminal.writeError("\r\u{1b}[K") }
    }

    /// Says what one long call is about for as long as it runs; a call has no parts to count.
    static func during<Result>(
        _ text: String, isLong: Bool, _ work: () async throws -> Result
    ) async rethrows -> Result {
        let isShown = isLong && isatty(STDERR_FILENO) == 1
        if isShown { Terminal.writeError("\r\u{1b}[K\(text)…") }
        defer { if isShown { Terminal.writeError("\r\u{1b}[K") } }
        return try await work()
    }

    /// From so many pieces of work on one call takes as long as people notice.
    static let longCall = 100

    /// The line, from the left edge on.
    static func line(_ title: String, _ done: Int, _ total: Int) -> String {
        let cells = 30
        let full = total > 0 ? min(done, total) * cells / total : cells
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        return "\r\u{1b}[K\(title) [\(bar)] \(done)/\(total)"
    }
}
