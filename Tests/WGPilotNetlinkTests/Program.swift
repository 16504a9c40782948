import Foundation

/// The machine's own tools, as independent eyes and hands.
enum Program {
    /// Why a program did not do it.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program, found by PATH, and gives what it printed; throws unless it ended with 0.
    @discardableResult
    static func run(_ arguments: String..., input: String = "") async throws -> String {
        try await run(arguments, input: input)
    }

    /// Runs a program with arguments that are a list already.
    @discardableResult
    static func run(_ arguments: [String], input: String = "") async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wgpilot-netlink-\(UUID())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files and no pipes: what `wg show` prints of many peers is more than a pipe holds.
        let (source, target) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(input.utf8).write(to: source)
        try Data().write(to: target)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: source)
        let output = try FileHandle(forWritingTo: target)
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                done.resume(throwing: error)
            }
        }
        let text = String(decoding: try Data(contentsOf: target), as: UTF8.self)
        guard status == 0 else {
            throw Failure(description: "\(arguments.joined(separator: " ")) ended with \(status): \(text.prefix(500))")
        }
        return text
    }

    /// Runs `ip -j` and reads what it printed.
    static func ip<Value: Decodable>(_ arguments: String..., as: Value.Type = Value.self) async throws -> Value {
        let text = try await run(["ip", "-j"] + arguments)
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
