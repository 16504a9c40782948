import Foundation

/// The real nft(8), as an independent reader and writer of rules in the network namespace of the process.
enum NftablesProgram {
    /// Why it did not do what it was told.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs it and gives what it prints, which is to be less than a pipe's 64 KiB.
    @discardableResult
    static func run(_ arguments: String...) async throws -> String {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/sbin/nft")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = error
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                done.resume(throwing: error)
            }
        }
        let text = { (pipe: Pipe) in
            String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        guard status == 0 else { throw Failure(description: "nft \(arguments): \(try text(error))") }
        return try text(output)
    }
}
