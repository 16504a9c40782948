import Foundation
import Testing
import WGPilotConfiguration

@Suite("The configuration's file")
struct ConfigurationFileTests {
    private typealias Source = ConfigurationSource<SampleKey>

    private static func withFile(_ content: Data, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "wgpilot-configuration-\(UUID()).yaml")
        try content.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path())
    }

    @Test("a file is read, and its path stands in the place of each value")
    func reads() throws {
        try Self.withFile(Data("socket: /a\n".utf8)) { path in
            let source = try Source.file(path, isRequired: true)
            #expect(source.values[.socket]?.texts == ["/a"])
            #expect(source.values[.socket]?.place == "\(path) line 1")
        }
    }

    @Test("the default file may be missing, one that somebody named may not")
    func missing() throws {
        let path = "/nonexistent/wgpilot.yaml"
        #expect(try Source.file(path, isRequired: false).values.isEmpty)
        let error = try #require(throws: ConfigurationError.self) { try Source.file(path, isRequired: true) }
        #expect(error.faults == ["\(path) cannot be read: No such file or directory"])
    }

    @Test("a directory in the file's place is an error, required or not", arguments: [true, false])
    func directory(isRequired: Bool) {
        #expect(throws: ConfigurationError.self) { try Source.file("/", isRequired: isRequired) }
    }

    @Test("1 MiB is read, a byte more is not")
    func sizeLimit() throws {
        let head = "socket: /a\n#"
        let most = 1 << 20
        try Self.withFile(Data((head + String(repeating: "x", count: most - head.utf8.count)).utf8)) { path in
            let source = try Source.file(path, isRequired: true)
            #expect(source.values[.socket]?.texts == ["/a"])
        }
        try Self.withFile(Data((head + String(repeating: "x", count: most - head.utf8.count + 1)).utf8)) { path in
            let error = try #require(throws: ConfigurationError.self) { try Source.file(path, isRequired: true) }
            #expect(error.faults == ["\(path) is larger than 1 MiB"])
        }
    }

    @Test("an endless device in the file's place ends with an error, not with all memory")
    func endless() {
        #expect(throws: ConfigurationError.self) { try Source.file("/dev/zero", isRequired: true) }
    }

    @Test("bytes that are no UTF-8 are an error")
    func notText() throws {
        try Self.withFile(Data([0x61, 0xFF, 0xFE])) { path in
            let error = try #require(throws: ConfigurationError.self) { try Source.file(path, isRequired: true) }
            #expect(error.faults == ["\(path) is not UTF-8 text"])
        }
    }
}
