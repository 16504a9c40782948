import Dispatch
import Foundation
import FuzzConnection
import Testing

/// A whole server, fed what a fuzzer found.
@Suite struct FuzzConnectionTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz")

    private static func inputs() throws -> [URL] {
        try ["Failures", "Corpus"].flatMap { kind in
            let place = root.appending(path: "\(kind)/connection")
            // Where there is nothing yet there is no folder either.
            if kind == "Failures" && !FileManager.default.fileExists(atPath: place.path) { return [URL]() }
            return try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)
        }
    }

    @Test func `what a fuzzer once found stays mended`() async throws {
        let inputs = try Self.inputs()
        #expect(!inputs.isEmpty)
        try await TemporaryDirectory.with { directory in
            let faults = try await withCheckedThrowingContinuation { continuation in
                // It waits for the server, which a thread of the tasks must not.
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try Self.faults(of: inputs, directory: directory) })
                }
            }
            #expect(faults == [])
        }
    }

    private static func faults(of inputs: [URL], directory: String) throws -> [String] {
        let connection = try FuzzConnection(directory: directory)
        defer { connection.stop() }
        return try inputs.compactMap { input in
            connection.fault(in: [UInt8](try Data(contentsOf: input))).map { "\(input.lastPathComponent): \($0)" }
        }
    }
}
