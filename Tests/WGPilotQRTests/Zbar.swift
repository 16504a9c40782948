import Foundation

/// The real `zbarimg`, as an independent reader of what we draw.
enum Zbar {
    /// Why a picture could not be read.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What `zbarimg` reads from a picture file's content.
    ///
    /// Where `zbarimg` is not installed this throws, so that no test passes without it.
    static func read(_ picture: [UInt8], suffix: String = "png") async throws -> String {
        let program = "/usr/bin/zbarimg"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "\(program) is missing: install the package zbar-tools to run these tests")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "wgpilot-qr-\(UUID()).\(suffix)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(picture).write(to: file)

        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        // QR codes alone: among the modules of a large symbol it now and then believes to see a bar code as well.
        process.arguments = ["--raw", "-q", "-S*.enable=0", "-Sqrcode.enable=1", file.path()]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // A symbol holds less than 3 KiB, which a pipe takes in whole, so reading may wait for the end.
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
        defer { try? output.fileHandleForReading.close() }
        var bytes = [UInt8](try output.fileHandleForReading.readToEnd() ?? Data())
        // zbarimg(1): 4 says that no barcode was found.
        guard status == 0 else { throw Failure(description: "zbarimg ended with status \(status)") }
        // It ends each symbol's data with a line feed of its own.
        guard bytes.popLast() == 0x0A else { throw Failure(description: "zbarimg printed no symbol") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(description: "zbarimg printed something that is not UTF-8")
        }
        return text
    }

    /// What `zbarimg` reads from a greyscale picture that none of our code has encoded (PGM, pgm(5)).
    static func read(width: Int, height: Int, pixels: [UInt8]) async throws -> String {
        try await read(Array("P5\n\(width) \(height)\n255\n".utf8) + pixels, suffix: "pgm")
    }
}
