import Foundation

/// The repository as the tests read it: its Swift files, and what stands in them beside comments and texts.
struct SourceTree {
    /// One Swift file.
    struct File: Sendable, CustomStringConvertible {
        /// The path from the repository's root.
        var path: String
        /// The directory below `Sources` or `Tests` that it belongs to.
        var target: String
        /// Its lines as they stand.
        var lines: [String]
        /// Its lines without comments and without the contents of string literals.
        var code: [String]

        /// The name without the directories and without `.swift`.
        var name: String { String(path.split(separator: "/").last?.dropLast(6) ?? "") }
        var description: String { path }
    }

    /// The root of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Swift files below `Sources`.
    static let sources = SourceTree(below: "Sources")

    let files: [File]

    init(below folder: String) {
        let base = Self.root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path())?.compactMap { $0 as? String } ?? []
        files = paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            guard let text = try? String(contentsOf: base.appending(path: path), encoding: .utf8) else { return nil }
            return File(
                path: "\(folder)/\(path)", target: String(path.prefix { $0 != "/" }),
                lines: Self.lines(text), code: Self.lines(Self.withoutCommentsAndTexts(text)))
        }
    }

    /// The text of a file of the repository; nil where there is none.
    static func text(_ path: String) -> String? {
        try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The modules that a file imports.
    static func imports(of file: File) -> Set<String> {
        let pattern =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
        return Set(file.code.compactMap { $0.firstMatch(of: pattern).map { String($0.1) } })
    }

    /// Blanks out comments and what stands in string literals, so that a search finds code alone. Interpolations count
    /// as part of the literal.
    static func withoutCommentsAndTexts(_ text: String) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        out.reserveCapacity(bytes.count)
        var index = 0
        func starts(_ token: String, at place: Int) -> Bool {
            bytes[place...].starts(with: token.utf8)
        }
        func skip(to end: Int) {
            while index < min(end, bytes.count) {
                if bytes[index] == 0x0A { out.append(0x0A) }
                index += 1
            }
        }
        while index < bytes.count {
            if starts("//", at: index) {
                var end = index
                while end < bytes.count, bytes[end] != 0x0A { end += 1 }
                skip(to: end)
            } else if starts("/*", at: index) {
                var end = index + 2
                while end < bytes.count, !starts("*/", at: end) { end += 1 }
                skip(to: end + 2)
            } else if starts("\"\"\"", at: index) {
                var end = index + 3
                while end < bytes.count, !starts("\"\"\"", at: end) { end += bytes[end] == 0x5C ? 2 : 1 }
                skip(to: end + 3)
            } else if bytes[index] == 0x22 {
                skip(to: endOfText(bytes, from: index + 1))
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The place after the closing quote of a one-line literal; literals within its interpolations are part of it.
    private static func endOfText(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != 0x0A {
            if bytes[index] == 0x5C, index + 1 < bytes.count {
                guard bytes[index + 1] == 0x28 else {
                    index += 2
                    continue
                }
                var depth = 1
                index += 2
                while index < bytes.count, depth > 0, bytes[index] != 0x0A {
                    switch bytes[index] {
                    case 0x28: depth += 1
                    case 0x29: depth -= 1
                    case 0x22: index = endOfText(bytes, from: index + 1) - 1
                    default: break
                    }
                    index += 1
                }
            } else if bytes[index] == 0x22 {
                return index + 1
            } else {
                index += 1
            }
        }
        return index
    }
}
