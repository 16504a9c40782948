import Foundation

/// A message or a frame as bytes that another implementation wrote: see Tests/Vectors/generate.py.
struct GoldenVector: Sendable, CustomStringConvertible {
    /// What it is: `PeerMessage full`, `hello of a client: Hello`.
    var title: String
    /// Its content as JSON by field name, with sorted keys and without blanks.
    var json: String
    /// Its bytes.
    var bytes: [UInt8]

    var description: String { title }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors")

    /// The records of a file: three lines each, and an empty one.
    static func records(_ path: String) -> [GoldenVector] {
        guard let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8) else { return [] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return stride(from: 0, to: lines.count - 3, by: 4).map { line in
            GoldenVector(title: lines[line], json: lines[line + 1], bytes: hex(lines[line + 2]))
        }
    }

    static let messages = records("messages.txt")
    static let frames = records("frames.txt")

    /// The folders of what earlier versions wrote.
    static let versions: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.first?.isNumber == true }.sorted()
    }()
}
