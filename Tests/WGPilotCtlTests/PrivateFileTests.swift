import Foundation
import Testing

@testable import WGPilotCtl

@Suite("Files with secrets")
struct PrivateFileTests {
    private static func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "wgpilot-ctl-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private static func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private static func names(_ directory: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: directory))
    }

    @Test("the file holds the bytes and is its owner's alone", arguments: [0, 1, 100_000])
    func writes(count: Int) throws {
        try Self.withDirectory { directory in
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try PrivateFile.write(bytes, to: "\(directory)/a.conf")
            #expect(FileManager.default.contents(atPath: "\(directory)/a.conf") == Data(bytes))
            #expect(try Self.mode("\(directory)/a.conf") == 0o600)
            #expect(try Self.names(directory) == ["a.conf"])
        }
    }

    @Test("a readable file that stood there is replaced and no longer readable")
    func replacesReadable() throws {
        try Self.withDirectory { directory in
            let path = "\(directory)/a.conf"
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: Data("old".utf8), attributes: [.posixPermissions: 0o644]))
            try PrivateFile.write(Array("new".utf8), to: path)
            #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
            #expect(try Self.mode(path) == 0o600)
        }
    }

    @Test("a link that stands there is refused, and so is what it leads to")
    func refusesLink() throws {
        try Self.withDirectory { directory in
            #expect(FileManager.default.createFile(atPath: "\(directory)/target", contents: Data("old".utf8)))
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/a.conf", withDestinationPath: "\(directory)/target")
            #expect(throws: CommandFault.self) {
                try PrivateFile.write(Array("new".utf8), to: "\(directory)/a.conf")
            }
            #expect(FileManager.default.contents(atPath: "\(directory)/target") == Data("old".utf8))
            let destination = try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/a.conf")
            #expect(destination == "\(directory)/target")
        }
    }

    // As root, a plain file in the place of /dev/stdout or /dev/null would break every other program.
    @Test("a device, a directory, or a link to one, is left alone")
    func leavesOthersAlone() throws {
        try Self.withDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/d", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/l", withDestinationPath: "/dev/null")
            for path in ["\(directory)/d", "\(directory)/l"] {
                let fault = try #require(throws: CommandFault.self) { try PrivateFile.write([1], to: path) }
                #expect(fault.message.contains(path))
            }
            #expect(try Self.names(directory) == ["d", "l"])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/l") == "/dev/null")
        }
    }

    @Test("where it cannot be written the error has the path and the reason, and nothing is left behind")
    func missingDirectory() throws {
        try Self.withDirectory { directory in
            let path = "\(directory)/missing/a.conf"
            let fault = try #require(throws: CommandFault.self) { try PrivateFile.write([1], to: path) }
            #expect(fault.message == "cannot write \(path): No such file or directory")
            #expect(fault.status == .failure)
            #expect(try Self.names(directory).isEmpty)
        }
    }
}
