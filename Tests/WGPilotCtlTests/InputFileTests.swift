import Foundation
import Testing

@testable import WGPilotCtl

@Suite("Files that are sent to the daemon")
struct InputFileTests {
    private static func withFile(_ bytes: Data, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "wgpilot-ctl-\(UUID())").path()
        #expect(FileManager.default.createFile(atPath: path, contents: bytes))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test("the text comes as it stands, line ends and all", arguments: ["", "a", "[Interface]\r\n# Büro 🙂\n\u{0}"])
    func reads(text: String) throws {
        try Self.withFile(Data(text.utf8)) { path in
            let read = try InputFile.read(path)
            // The bytes, as texts that differ may be equal to Swift.
            #expect(Array(read.utf8) == Array(text.utf8))
        }
    }

    @Test("the longest text that is sent is read whole, one byte more is refused")
    func limit() throws {
        var bytes = Data(repeating: UInt8(ascii: "#"), count: InputFile.maximumBytes)
        try Self.withFile(bytes) { path in
            let read = try InputFile.read(path)
            #expect(read.utf8.count == bytes.count)
        }
        bytes.append(UInt8(ascii: "#"))
        try Self.withFile(bytes) { path in
            let fault = try #require(throws: CommandFault.self) { _ = try InputFile.read(path) }
            #expect(fault.status == .resourceExhausted)
        }
    }

    @Test("what is not text is refused, and the error holds nothing of it, as it may hold a key")
    func refusesBytes() throws {
        try Self.withFile(Data("PrivateKey = secret".utf8) + Data([0xFF])) { path in
            let fault = try #require(throws: CommandFault.self) { _ = try InputFile.read(path) }
            #expect(fault.status == .invalidArgument)
            #expect(fault.message == "cannot read \(path): it is not UTF-8")
        }
    }

    @Test("a file that is not there, or is none, is an error with its name and the reason")
    func missing() throws {
        for (path, reason) in [("/nonexistent/a.conf", "No such file or directory"), ("/", "Is a directory")] {
            let fault = try #require(throws: CommandFault.self) { _ = try InputFile.read(path) }
            #expect(fault.message == "cannot read \(path): \(reason)")
            #expect(fault.status == .failure)
        }
    }
}
