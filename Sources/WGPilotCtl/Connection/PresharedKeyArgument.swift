import ArgumentParser

/// Where a preshared key comes from, as an argument: one of some words, or a file that has it, `-` for standard input.
///
/// A key itself is refused: it would stand in the shell's history and in every process list.
enum PresharedKeyArgument {
    /// Refuses what looks like a key.
    static func validate(_ text: String?) throws {
        guard let text, text.utf8.count == 44, text.hasSuffix("=") else { return }
        throw ValidationError(
            "a key on the command line would stand in the shell's history: put it into a file, or into standard input (-)"
        )
    }

    /// What goes into the request.
    static func read(_ text: String?, words: Set<String>) throws(CommandFault) -> String? {
        guard let text, !words.contains(text) else { return text }
        let content = try InputFile.read(text)
        return String(content.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
