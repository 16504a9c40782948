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

    @Test("a text has a bounded number of values, which as many peers as a request may have stay below")
    func values300000() throws {
        let peer = "{" + PeerRoutes.create.fields.map { "\"\($0.name)\":[\"a\",\"b\"]" }.joined(separator: ",") + "}"
        let batch = "{\"action\":\"create\",\"create\":[\(repeatElement(peer, count: 5000).joined(separator: ","))]}"
        // With one value for each field it is what a batch has; with lists in all of them it is more than any has.
        let plain = batch.replacing("[\"a\",\"b\"]", with: "\"ab\"")
        #expect(plain.utf8.count <= APIRequest.largestBulkBody)
        #expect(throws: Never.self) { try JSONReader.read(Array(plain.utf8)) }
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read(Array(batch.utf8)) }
        let most = "[" + repeatElement("1", count: JSONReader.mostValues - 1).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try JSONReader.read(Array(most.utf8)) }
        let more = "[" + repeatElement("1", count: JSONReader.mostValues).joined(separator: ",") + "]"
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read(Array(more.utf8)) }
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

    @Test("of very many faults a hundred are told, and that there are more", .timeLimit(.minutes(1)))
    func manyFaults() throws {
        // What reads each fault for each field that is missing takes hours for this.
        let element = "{" + (0..<55).map { "\"x\($0)\":1" }.joined(separator: ",") + "}"
        let text = "{\"list\":[" + repeatElement(element, count: 5000).joined(separator: ",") + "]}"
        let schema = Schema("Many", [.init("list", .objects(Self.schema, most: 5000), "")])
        let failure = try #require(throws: HTTPFailure.self) {
            _ = try RequestObject.read(try JSONReader.read(Array(text.utf8)), schema)
        }
        #expect(failure.fields.count == RequestFaults.most + 1)
        #expect(failure.fields.first?.field == "list[0].x0")
        #expect(failure.fields.last?.message == "has more faults than these 100")
        #expect(failure.message == "More than 100 fields are not valid.")
        let missing = "{\"list\":[" + repeatElement("{}", count: 50).joined(separator: ",") + "]}"
        let fifty = try #require(throws: HTTPFailure.self) {
            _ = try RequestObject.read(try JSONReader.read(Array(missing.utf8)), schema)
        }
        #expect(fifty.fields.map(\.field) == (0..<50).map { "list[\($0)].name" })
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
