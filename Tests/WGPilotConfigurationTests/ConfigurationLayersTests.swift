import Testing
import WGPilotConfiguration
import WGPilotCore

@Suite("The layers of the configuration")
struct ConfigurationLayersTests {
    private typealias Source = ConfigurationSource<SampleKey>

    private static func text(_ text: String) throws(InvalidValue) -> String { text }

    @Test("flags are before the environment, the environment before the file")
    func precedence() throws {
        let flags = Source.flags([(.socket, "flag")])
        let environment = Source.environment(["SAMPLE_SOCKET": "environment", "SAMPLE_DATA_DIR": "environment"])
        let file = try Source.yaml("socket: file\ndata_dir: file\nlog_level: file\n", path: "f")
        var layers = ConfigurationLayers([flags, environment, file])
        #expect(layers.value(.socket, Self.text) == "flag")
        #expect(layers.value(.dataDir, Self.text) == "environment")
        #expect(layers.value(.logLevel, Self.text) == "file")
        try layers.check()
    }

    @Test("what no layer has is nil, so that a default holds")
    func absent() throws {
        var layers = ConfigurationLayers([Source(), Source()])
        #expect(layers.value(.socket, Self.text) == nil)
        #expect(layers.texts(.adminUsers) == nil)
        try layers.check()
        var none = ConfigurationLayers<SampleKey>([])
        #expect(none.value(.socket, Self.text) == nil)
    }

    @Test("a stronger layer's list replaces a weaker one's whole, an empty one too")
    func lists() throws {
        let file = try Source.yaml("admin_users: [anna, bob]", path: "f")
        #expect(ConfigurationLayers([file]).texts(.adminUsers) == ["anna", "bob"])
        let other = Source.environment(["SAMPLE_ADMIN_USERS": "carl"])
        #expect(ConfigurationLayers([other, file]).texts(.adminUsers) == ["carl"])
        let empty = Source.environment(["SAMPLE_ADMIN_USERS": ""])
        #expect(ConfigurationLayers([empty, file]).texts(.adminUsers) == [])
    }

    @Test("all values that are not valid are told at once, each with its place and its key")
    func allFaults() throws {
        let flags = Source.flags([(.dataDir, "bad")])
        let environment = Source.environment(["SAMPLE_LOG_LEVEL": "worse"])
        let file = try Source.yaml("socket: fine\n", path: "f")
        var layers = ConfigurationLayers([flags, environment, file])
        let refuse = { (text: String) throws(InvalidValue) -> Int in throw InvalidValue("\(text) is no number") }
        #expect(layers.value(.dataDir, refuse) == nil)
        #expect(layers.value(.logLevel, refuse) == nil)
        #expect(layers.value(.socket, Self.text) == "fine")
        let error = try #require(throws: ConfigurationError.self) { try layers.check() }
        #expect(
            error.faults == [
                "flag --data-dir: data_dir: bad is no number", "SAMPLE_LOG_LEVEL: log_level: worse is no number",
            ])
        #expect(error.description == error.faults.joined(separator: "\n"))
    }

    @Test("a bad value of a stronger layer does not fall through to a weaker one")
    func noFallThrough() throws {
        let flags = Source.flags([(.socket, "bad")])
        let file = try Source.yaml("socket: good\n", path: "f")
        var layers = ConfigurationLayers([flags, file])
        let onlyGood = { (text: String) throws(InvalidValue) -> String in
            guard text == "good" else { throw InvalidValue("must be good") }
            return text
        }
        #expect(layers.value(.socket, onlyGood) == nil)
        #expect(throws: ConfigurationError.self) { try layers.check() }
    }

    @Test("an empty value is an error, not the absence of one", arguments: ["socket:", "socket: ''", "socket: \"\""])
    func emptyValue(yaml: String) throws {
        var layers = ConfigurationLayers([try Source.yaml(yaml, path: "f")])
        #expect(layers.value(.socket, Self.text) == nil)
        let error = try #require(throws: ConfigurationError.self) { try layers.check() }
        #expect(error.faults == ["f line 1: socket: must not be empty"])
    }
}
