import Testing
import WGPilotProtocol

@testable import WGPilotGateway

@Suite("Strict reading of bodies and queries")
struct StrictJSONTests {
    // RFC 8259 §13, and cases of its grammar (§2 to §7).
    @Test(
        "JSON is read as RFC 8259 has it",
        arguments: [
            ("null", JSONValue.null),
            (
                " [1, -2, 3.5, 1e2, 25.0] ",
                .array([.integer(1), .integer(-2), .number(3.5), .integer(100), .integer(25)])
            ),
            (#""\u00e9\n\ud83d\ude00\/""#, .text("é\n😀/")),
            (#"{"a": {"b": []}}"#, .object([("a", .object([("b", .array([]))]))])),
            ("9223372036854775807", .integer(.max)), ("-0", .integer(0)), ("true", .bool(true)),
        ])
    func valid(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "NaN", "Infinity", "'a'", "\"a", "\"\t\"",
            "\"\\x\"", "\"\\ud800\"", "\"\\ude00\"", "tru", "1 2", "{\"a\" 1}", "{1: 2}", "/* */ 1", "1e999",
            "\u{feff}1",
        ])
    func invalid(_ text: String) {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test("text that is not UTF-8, and what is nested without end, is refused")
    func hostile() {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read([UInt8](repeating: 0x5B, count: 1_000_000)) }
    }

    private static let schema = Schema(
        "Probe",
        [
            .init("name", .text(longest: 5), "", required: true), .init("count", .integer(1...9), ""),
            .init("flag", .flag, "", nullable: true), .init("list", .texts(longest: 4), ""),
            .init("kind", .choice(["a", "b"]), ""),
        ])

    private static func faults(_ text: String) throws -> [String: String] {
        do {
            _ = try RequestObject.read(try JSONReader.read(Array(text.utf8)), schema)
            return [:]
        } catch let failure as HTTPFailure {
            return Dictionary(failure.fields.map { ($0.field, $0.message) }) { first, _ in first }
        }
    }

    @Test("every fault of every field is told at once")
    func allFaults() throws {
        let found = try Self.faults(
            #"{"count": 10, "flag": 1, "list": ["long one"], "kind": "c", "what": 1, "kind": "a", "id": 3}"#)
        #expect(found.keys.sorted() == ["count", "flag", "id", "kind", "list", "name", "what"])
        #expect(found["name"] == "is missing")
        #expect(found["id"] == "cannot be set")
        #expect(try Self.faults(#"{"name": "a", "name": "b"}"#) == ["name": "is there twice"])
        #expect(try Self.faults(#"[]"#).keys.sorted() == [""])
        #expect(try Self.faults(#"{"name": "toolong"}"#)["name"] == "is longer than 5 characters")
        #expect(try Self.faults(#"{"name": null}"#)["name"] == "is a text, not null")
    }

    @Test("lists are arrays or texts with commas, and null sets a field back where that is allowed")
    func values() throws {
        let read = { try RequestObject.read(try JSONReader.read(Array(($0 as String).utf8)), Self.schema) }
        #expect(try read(#"{"name": "a", "list": "b, c,,d"}"#).texts("list") == ["b", "c", "d"])
        #expect(try read(#"{"name": "a", "list": ["b"]}"#).texts("list") == ["b"])
        #expect(try read(#"{"name": "a", "list": ""}"#).texts("list") == [])
        let cleared = try read(#"{"name": "a", "flag": null}"#)
        #expect(cleared.cleared == ["flag"] && cleared.flag("flag") == nil)
    }

    @Test("a query with a parameter that is not known, is there twice or is no number is refused")
    func queries() throws {
        let parameters: [Schema.Field] = [
            .init("limit", .integer(1...5), ""), .init("on", .flag, ""), .init("text", .line, ""),
        ]
        let query = try Query.read("limit=3&on=true&text=a+b%26c", parameters)
        #expect(query.integer("limit") == 3 && query.flag("on") == true && query.text("text") == "a b&c")
        for bad in [
            "limit=6", "limit=03", "limit=", "on=1", "on=TRUE", "x=1", "limit=1&limit=2", "text=%zz", "text=%ff",
            "text=%00",
        ] {
            #expect(throws: HTTPFailure.self, "\(bad)") { try Query.read(bad, parameters) }
        }
    }
}
