import Foundation

/// The real `wg` and `wg-quick`, as independent readers of what we write.
enum WireGuardTools {
    /// How a program ended.
    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    /// Why a program could not be run.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program of wireguard-tools. Where it is not installed this throws, so that no test passes without it.
    static func run(_ name: String, _ arguments: [String], input: String = "") async throws -> Outcome {
        let program = "/usr/bin/\(name)"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "\(program) is missing: install the package wireguard-tools to run these tests")
        }
        let process = Process()
        let (standardInput, output, error) = (Pipe(), Pipe(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = error
        // All three texts are smaller than a pipe's 64 KiB, so nobody waits for a reader.
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                done.resume(throwing: error)
            }
        }
        // Foundation keeps the process, and with it what is open of its pipes.
        let text = { (pipe: Pipe) in
            defer { try? pipe.fileHandleForReading.close() }
            return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        return Outcome(status: status, output: try text(output), error: try text(error))
    }

    /// Writes a configuration where `wg-quick` takes it from, a file named after an interface, for as long as the body
    /// runs.
    static func withFile<Result>(
        _ text: String, named name: String = "wgptest.conf", _ body: (String) async throws -> Result
    ) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "wgpilot-core-\(UUID())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: name)
        try Data(text.utf8).write(to: file)
        return try await body(file.path())
    }
}
