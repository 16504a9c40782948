import Testing
import WGPilotProtocol
import WGPilotTestSupport

@Suite struct CBORMessageTests {
    @Test func `random messages survive both ways and have one encoding`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let message = SampleMessage.random(using: &generator)
            let bytes = try CBOREncoder().encode(message)
            let decoded = try CBORDecoder().decode(SampleMessage.self, from: bytes)
            #expect(decoded == message, "seed \(seed)")
            #expect(try CBOREncoder().encode(decoded) == bytes, "seed \(seed)")
        }
    }

    @Test func `a message is the bytes that RFC 8949 asks for`() throws {
        var message = SampleMessage(id: 7, name: "hub", signed: -7, port: 51820, flag: true, ratio: 0.5)
        message.key = [0xde, 0xad]
        message.labels = ["b": "2", "aa": "3", "a": "1"]
        message.part = .init(name: "x", weight: nil, parts: nil)
        message.keys = [[1], []]
        let expected = hex(
            """
            b0                        # map of 16: two optional fields are absent
              01 07                   # id
              02 63 687562            # name: "hub"
              03 26                   # signed: -7
              04 00                   # small
              05 19 ca6c              # port: 51820
              06 f5                   # flag: true
              07 f93800               # ratio: 0.5 in half precision
              09 42 dead              # key: byte string
              0a 80                   # tags
              0b 80                   # numbers
              0c a3                   # labels: keys by length, then by bytes
                 6161 6131
                 6162 6132
                 626161 6133
              0d 67 67617465776179    # kind: "gateway"
              0e a1 01 6178           # part: {1: "x"}
              0f 80                   # parts
              10 80                   # matrix
              18 18 80                # optionals, field 24
            """)
        // Field 300 makes it seventeen.
        let field300 = hex("19 012c 82 41 01 40")
        #expect(try CBOREncoder().encode(message) == [0xb1] + expected.dropFirst() + field300)
    }

    struct Backwards: Codable, Equatable {
        var last: Int
        var middle: [String]
        var first: String

        enum CodingKeys: Int, CodingKey {
            case last = 1000
            case middle = 24
            case first = 1
        }
    }

    @Test func `fields written out of order are sorted`() throws {
        let message = Backwards(last: 1, middle: ["x"], first: "y")
        let bytes = hex("a3 01 6179  1818 81 6178  1903e8 01")
        #expect(try CBOREncoder().encode(message) == bytes)
        #expect(try CBORDecoder().decode(Backwards.self, from: bytes) == message)
    }

    @Test func `maps out of order and heads longer than needed are read`() throws {
        // {1000: 1, 1: "y", 24: ["x"]} with 1 spelt in two bytes and 24 in three.
        let bytes = hex("a3 1903e8 1801  1801 7801 79  190018 9801 6178")
        let message = Backwards(last: 1, middle: ["x"], first: "y")
        #expect(try CBORDecoder().decode(Backwards.self, from: bytes) == message)
    }

    struct Narrow: Codable, Equatable {
        var name: String
        var number: Int?

        enum CodingKeys: Int, CodingKey {
            case name = 2
            case number = 9
        }
    }

    @Test(arguments: [
        "a1 02 6161",
        "a2 01 00 02 6161",  // an unknown field before
        "a2 02 6161 03 a1 05 82 01 f6",  // an unknown message after
        "a3 02 6161 0a 40 61 78 00",  // unknown fields at the end, one with a text key
        "a2 02 6161 20 00",  // a negative key
        "a2 41 00 00 02 6161",  // a byte string as key, and before: out of order
        "a2 02 6161 09 f6",  // null is as good as absent
    ])
    func `unknown fields are skipped`(text: String) throws {
        #expect(try CBORDecoder().decode(Narrow.self, from: hex(text)) == Narrow(name: "a", number: nil))
    }

    @Test(
        arguments: [
            ("a2 02 6161 02 6162", .duplicateKey, 4),
            ("a3 02 6161 05 00 02 6162", .duplicateKey, 6),
            ("a2 02 6161 1802 6162", .duplicateKey, 4),  // the same number in two spellings
            ("a2 6161 00 6161 00", .duplicateKey, 4),
            ("a2 f5 00 02 6161", .unsupportedKey, 1),
            ("a2 80 00 02 6161", .unsupportedKey, 1),
            ("a2 02 6161 03 61ff", .invalidUTF8, 6),  // in an unknown field
            ("a2 02 62c328 03 00", .invalidUTF8, 3),
            ("a2 02 6161 03 c100", .tagged, 5),
            ("a1 02 6161 00", .trailingBytes, 4),
            ("a1 02 00", .typeMismatch, 2),
            ("a1 09 00", .missingField, 0),
            ("a2 02 6161 09 1bffffffffffffffff", .numberOutOfRange, 5),
            ("a2 02 6161 09 fb3ff0000000000000", .typeMismatch, 5),
            ("80", .typeMismatch, 0),
            ("", .truncated, 0),
        ] as [(String, CBORError.Code, Int)])
    func `each fault is told with its place`(text: String, code: CBORError.Code, offset: Int) {
        let error = #expect(throws: CBORError.self) { try CBORDecoder().decode(Narrow.self, from: hex(text)) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test func `an error names the fields that lead to it, and no content`() throws {
        // {15: [{1: "a"}, {1: 5}]} with the rest of the fields in place.
        var message = SampleMessage()
        message.parts = [.init(name: "a"), .init(name: "secret")]
        var bytes = try CBOREncoder().encode(message)
        let index = try #require(bytes.indices.first { bytes[$0...].starts(with: hex("66 736563726574")) })
        bytes[index] = 0x46  // a byte string instead of text
        let error = #expect(throws: CBORError.self) {
            try CBORDecoder().decode(SampleMessage.self, from: bytes)
        }
        #expect(error?.path == ["parts", "[1]", "name"])
        #expect(error?.description == "parts[1].name: typeMismatch at byte \(index)")
    }

    @Test func `a name that an enumeration does not know is an error without the name`() throws {
        var bytes = try CBOREncoder().encode(SampleMessage())
        let index = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("gateway".utf8)) })
        bytes[index] = UInt8(ascii: "G")
        let error = #expect(throws: CBORError.self) { try CBORDecoder().decode(SampleMessage.self, from: bytes) }
        #expect(error?.code == .invalidValue)
        #expect(error?.path == ["kind"])
        #expect(error.map { "\($0)".contains("Gateway") } == false)
    }

    @Test func `integers are read where floating-point numbers are expected, if they are exact`() throws {
        #expect(try CBORDecoder().decode(Double.self, from: hex("01")) == 1)
        #expect(try CBORDecoder().decode(Double.self, from: hex("20")) == -1)
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Double.self, from: hex("1bffffffffffffffff")) }
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Float.self, from: hex("fb3ff199999999999a")) }
    }

    @Test func `a sequence of items is read one by one`() throws {
        var bytes: [UInt8] = []
        try CBOREncoder().encode(Narrow(name: "a", number: 1), into: &bytes)
        try CBOREncoder().encode("tail", into: &bytes)
        var offset = 0
        #expect(try CBORDecoder().decode(Narrow.self, from: bytes, at: &offset) == Narrow(name: "a", number: 1))
        #expect(offset == 6)
        #expect(try CBORDecoder().decode(String.self, from: bytes, after: offset) == "tail")
        #expect(try CBORDecoder().decode(String.self, from: bytes, at: &offset) == "tail")
        #expect(offset == bytes.count)
        #expect(throws: CBORError.self) { try CBORDecoder().decode(String.self, from: bytes, at: &offset) }
        #expect(offset == bytes.count)
    }

    @Test(arguments: [-1, 100, Int.max, Int.min])
    func `an offset outside the bytes is an error`(offset: Int) {
        var offset = offset
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Int.self, from: [0], at: &offset) }
    }

    @Test func `a failed encoding leaves the buffer as it was`() {
        struct Nameless: Codable {
            var name = "x"
        }
        var bytes: [UInt8] = [1, 2]
        let error = #expect(throws: CBORError.self) { try CBOREncoder().encode(Nameless(), into: &bytes) }
        #expect(error?.code == .fieldWithoutNumber)
        #expect(error?.path == ["name"])
        #expect(bytes == [1, 2])
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Nameless.self, from: hex("a0")) }
    }

    struct Empty: Codable, Equatable {}

    @Test func `a message without fields is an empty map`() throws {
        #expect(try CBOREncoder().encode(Empty()) == hex("a0"))
        #expect(try CBORDecoder().decode(Empty.self, from: hex("a0")) == Empty())
        #expect(try CBORDecoder().decode(Empty.self, from: hex("a1 01 02")) == Empty())
    }

    /// Uses nested containers instead of nested types, and fields in two orders.
    struct ByHand: Codable, Equatable {
        var inner: Int
        var list: [String]
        var after: Int

        enum Keys: Int, CodingKey {
            case nested = 1
            case list = 2
            case after = 3
        }

        init(inner: Int, list: [String], after: Int) {
            (self.inner, self.list, self.after) = (inner, list, after)
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            after = try container.decode(Int.self, forKey: .after)
            var elements = try container.nestedUnkeyedContainer(forKey: .list)
            list = []
            while !elements.isAtEnd { list.append(try elements.decode(String.self)) }
            inner = try container.nestedContainer(keyedBy: Keys.self, forKey: .nested).decode(Int.self, forKey: .after)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            var nested = container.nestedContainer(keyedBy: Keys.self, forKey: .nested)
            try nested.encode(inner, forKey: .after)
            var elements = container.nestedUnkeyedContainer(forKey: .list)
            for element in list { try elements.encode(element) }
            try container.encode(after, forKey: .after)
        }
    }

    @Test func `nested containers are closed when their parent goes on`() throws {
        let message = ByHand(inner: 5, list: ["a", "b"], after: 6)
        let bytes = hex("a3 01 a1 03 05  02 82 6161 6162  03 06")
        #expect(try CBOREncoder().encode(message) == bytes)
        #expect(try CBORDecoder().decode(ByHand.self, from: bytes) == message)
    }

    @Test func `types that break the one-item rule are refused, not written wrong`() {
        struct Twice: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            }
        }
        struct Never: Encodable {
            func encode(to encoder: any Encoder) throws {}
        }
        struct Interleaved: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                var nested = container.nestedUnkeyedContainer()
                try container.encode(1)
                try nested.encode(2)
            }
        }
        struct Super: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try 1.encode(to: container.superEncoder())
            }
        }
        struct Repeated: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Narrow.CodingKeys.self)
                try container.encode(1, forKey: .number)
                try container.encode("x", forKey: .name)
                try container.encode(1, forKey: .number)
            }
        }
        for value in [Twice(), Never(), Interleaved(), Super(), Repeated()] as [any Encodable] {
            #expect(throws: CBORError.self, "\(type(of: value))") { try CBOREncoder().encode(value) }
            #expect(throws: CBORError.self, "in an array: \(type(of: value))") { try encodeInArray(value) }
        }
    }

    private func encodeInArray(_ value: some Encodable) throws -> [UInt8] {
        try CBOREncoder().encode([value])
    }

    @Test func `text that Swift thinks equal and bytes do not is a duplicate in a dictionary`() {
        // "é" precomposed and decomposed.
        let bytes = hex("a2 62c3a9 60 63 65cc81 60")
        let error = #expect(throws: CBORError.self) { try CBORDecoder().decode([String: String].self, from: bytes) }
        #expect(error?.code == .duplicateKey)
    }
}
