import Testing
import WGPilotConfiguration

@Suite("One layer of the configuration")
struct ConfigurationSourceTests {
    private typealias Source = ConfigurationSource<SampleKey>

    private static func faults(_ yaml: String) throws -> [String] {
        try #require(throws: ConfigurationError.self) { try Source.yaml(yaml, path: "daemon.yaml") }.faults
    }

    @Test("a file's values are found, each with its line")
    func yaml() throws {
        let source = try Source.yaml(
            """
            # A comment.
            socket: /run/a.sock

            admin_users:
              - anna
              - "1000"
            log_level: 'debug'
            """, path: "daemon.yaml")
        #expect(source.values[.socket]?.texts == ["/run/a.sock"])
        #expect(source.values[.socket]?.place == "daemon.yaml line 2")
        #expect(source.values[.adminUsers]?.texts == ["anna", "1000"])
        #expect(source.values[.adminUsers]?.place == "daemon.yaml line 4")
        #expect(source.values[.logLevel]?.texts == ["debug"])
        #expect(source.values[.dataDir] == nil)
    }

    @Test("a list may stand in one line, and be empty")
    func flowList() throws {
        #expect(try Source.yaml("admin_users: [anna, bob]", path: "f").values[.adminUsers]?.texts == ["anna", "bob"])
        #expect(try Source.yaml("admin_users: []", path: "f").values[.adminUsers]?.texts == [])
    }

    @Test("scalars keep their text: a number, a port, a yes are not reinterpreted")
    func scalarsAreTexts() throws {
        for text in ["0x10", "010", "1e3", "yes", "no", "on", "1.10", "12:30"] {
            #expect(try Source.yaml("socket: \(text)", path: "f").values[.socket]?.texts == [text])
        }
    }

    @Test("an empty file is an empty layer", arguments: ["", "\n", "# nothing\n", "---\n", "~\n", "null\n"])
    func empty(text: String) throws {
        #expect(try Source.yaml(text, path: "f").values.isEmpty)
    }

    // A mistyped name must not leave a default in force.
    @Test("a key that is not known is an error with its line and the keys that are")
    func unknownKey() throws {
        let faults = try Self.faults("socket: /run/a.sock\nlog_levl: debug\n")
        #expect(
            faults == [
                "daemon.yaml line 2: \"log_levl\" is not a key; the keys are socket, data_dir, log_level, admin_users"
            ])
    }

    @Test("all faults are told at once, each with its line")
    func allFaults() throws {
        let faults = try Self.faults(
            """
            sock: /run/a.sock
            data_dir:
              - /a
              - /b
            admin_users: anna
            log_level: {a: b}
            "x\\n\\e[2J": 1
            """)
        #expect(faults.count == 5)
        #expect(faults[0].hasPrefix("daemon.yaml line 1: \"sock\" is not a key"))
        #expect(faults[1] == "daemon.yaml line 2: data_dir takes one value")
        #expect(faults[2] == "daemon.yaml line 5: admin_users takes a list")
        #expect(faults[3] == "daemon.yaml line 6: log_level takes one value")
        #expect(faults[4].hasPrefix("daemon.yaml line 7: \"x\\u{a}\\u{1b}[2J\" is not a key"))
        #expect(!faults.contains { $0.contains("\n") || $0.contains("\u{1B}") })
    }

    @Test("a list of something else than single values is an error, not a shorter list")
    func nestedList() throws {
        let faults = try Self.faults("admin_users: [anna, [bob], {carl: 1}]")
        #expect(faults == ["daemon.yaml line 1: admin_users takes a list of single values"])
    }

    @Test("a key that is set twice is an error, whichever of the two was meant")
    func duplicate() throws {
        let faults = try Self.faults("socket: /a\nsocket: /b\n")
        #expect(faults.count == 1)
        #expect(faults[0].contains("daemon.yaml"))
    }

    @Test(
        "what is no mapping, or no YAML, is an error that names the file",
        arguments: [
            "- a\n- b", "just a text", "socket: [", "socket: \"open", "a: b: c", "\tsocket: /a", "{",
            "socket: *nowhere",
            "? [complex, key]\n: value", "socket: /a\u{1}",
        ])
    func malformed(text: String) throws {
        let faults = try Self.faults(text)
        #expect(!faults.isEmpty)
        for fault in faults { #expect(fault.contains("daemon.yaml")) }
    }

    @Test(
        "a file that nests deeper than any stack is refused and does not end the process",
        arguments: ["[", "{a: ", "- "])
    func deepNesting(opening: String) {
        #expect(throws: ConfigurationError.self) {
            try Source.yaml("socket: " + String(repeating: opening, count: 100_000), path: "daemon.yaml")
        }
    }

    @Test("flags are named as on the command line, and one that was not given is not there")
    func flags() {
        let source = Source.flags([(.socket, "/a"), (.dataDir, "/b"), (.logLevel, nil)])
        #expect(source.values[.socket]?.texts == ["/a"])
        #expect(source.values[.dataDir]?.place == "flag --data-dir")
        #expect(source.values[.logLevel] == nil)
    }

    @Test("the environment's variables have the names of the keys; other programs' are left alone")
    func environment() {
        let source = Source.environment([
            "SAMPLE_SOCKET": "/a", "SAMPLE_ADMIN_USERS": "anna, bob,,carl ", "SAMPLE_OTHER": "x", "socket": "/c",
            "SOCKET": "/d",
        ])
        #expect(source.values[.socket]?.texts == ["/a"])
        #expect(source.values[.socket]?.place == "SAMPLE_SOCKET")
        #expect(source.values[.adminUsers]?.texts == ["anna", "bob", "carl"])
        #expect(source.values.count == 2)
    }

    @Test("an empty variable of a list is an empty list: it takes a file's list away")
    func emptyListInTheEnvironment() {
        #expect(Source.environment(["SAMPLE_ADMIN_USERS": ""]).values[.adminUsers]?.texts == [])
    }

    @Test("a comma is part of a value that is no list")
    func commaInValue() {
        #expect(Source.environment(["SAMPLE_SOCKET": "/a,b"]).values[.socket]?.texts == ["/a,b"])
    }
}
