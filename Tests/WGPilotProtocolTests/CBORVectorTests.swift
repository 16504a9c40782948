import Testing
import WGPilotProtocol

/// The examples of RFC 8949, Appendix A.
@Suite struct CBORVectorTests {
    struct Example<Value: Sendable>: Sendable, CustomTestStringConvertible {
        let value: Value
        let bytes: [UInt8]

        init(_ value: Value, _ text: String) {
            self.value = value
            bytes = hex(text)
        }

        var testDescription: String { "\(value)" }
    }

    /// Accepts any map and array, and keeps nothing of it.
    struct Anything: Codable {
        init(from decoder: any Decoder) throws {}
    }

    @Test(
        arguments: [
            Example(0, "00"), Example(1, "01"), Example(10, "0a"), Example(23, "17"), Example(24, "1818"),
            Example(25, "1819"), Example(100, "1864"), Example(1000, "1903e8"), Example(1_000_000, "1a000f4240"),
            Example(1_000_000_000_000, "1b000000e8d4a51000"),
            Example(18_446_744_073_709_551_615, "1bffffffffffffffff"),
        ] as [Example<UInt64>])
    func `unsigned integers are as short as they can be`(example: Example<UInt64>) throws {
        #expect(try CBOREncoder().encode(example.value) == example.bytes)
        #expect(try CBORDecoder().decode(UInt64.self, from: example.bytes) == example.value)
    }

    @Test(
        arguments: [
            Example(-1, "20"), Example(-10, "29"), Example(-100, "3863"), Example(-1000, "3903e7"),
        ] as [Example<Int64>])
    func `negative integers count down from minus one`(example: Example<Int64>) throws {
        #expect(try CBOREncoder().encode(example.value) == example.bytes)
        #expect(try CBORDecoder().decode(Int64.self, from: example.bytes) == example.value)
    }

    @Test func `the least integer of CBOR is out of every Swift integer's range`() {
        // -18446744073709551616
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Int64.self, from: hex("3bffffffffffffffff")) }
    }

    @Test(
        arguments: [
            Example(0.0, "f90000"), Example(-0.0, "f98000"), Example(1.0, "f93c00"),
            Example(1.1, "fb3ff199999999999a"), Example(1.5, "f93e00"), Example(65504.0, "f97bff"),
            Example(100000.0, "fa47c35000"), Example(3.4028234663852886e+38, "fa7f7fffff"),
            Example(1.0e+300, "fb7e37e43c8800759c"), Example(5.960464477539063e-8, "f90001"),
            Example(0.00006103515625, "f90400"), Example(-4.0, "f9c400"), Example(-4.1, "fbc010666666666666"),
            Example(.infinity, "f97c00"), Example(.nan, "f97e00"), Example(-.infinity, "f9fc00"),
        ] as [Example<Double>])
    func `floating-point numbers take the shortest width that keeps them`(example: Example<Double>) throws {
        #expect(try CBOREncoder().encode(example.value) == example.bytes)
        let decoded = try CBORDecoder().decode(Double.self, from: example.bytes)
        // Bits, because -0 equals 0 and not-a-number equals nothing.
        #expect(decoded.bitPattern == example.value.bitPattern || (decoded.isNaN && example.value.isNaN))
    }

    @Test(
        arguments: [
            Example(.infinity, "fa7f800000"), Example(.nan, "fa7fc00000"), Example(-.infinity, "faff800000"),
            Example(.infinity, "fb7ff0000000000000"), Example(.nan, "fb7ff8000000000000"),
            Example(-.infinity, "fbfff0000000000000"),
        ] as [Example<Double>])
    func `wider spellings of a floating-point number are read`(example: Example<Double>) throws {
        let decoded = try CBORDecoder().decode(Double.self, from: example.bytes)
        #expect(decoded == example.value || (decoded.isNaN && example.value.isNaN))
    }

    @Test func `false, true and null`() throws {
        #expect(try CBOREncoder().encode(false) == hex("f4"))
        #expect(try CBOREncoder().encode(true) == hex("f5"))
        #expect(try CBOREncoder().encode(Int?.none) == hex("f6"))
        #expect(try CBORDecoder().decode(Bool.self, from: hex("f4")) == false)
        #expect(try CBORDecoder().decode(Bool.self, from: hex("f5")) == true)
        #expect(try CBORDecoder().decode(Int?.self, from: hex("f6")) == nil)
    }

    @Test func `byte strings`() throws {
        for (value, text) in [([], "40"), ([1, 2, 3, 4], "4401020304")] as [([UInt8], String)] {
            #expect(try CBOREncoder().encode(value) == hex(text))
            #expect(try CBORDecoder().decode([UInt8].self, from: hex(text)) == value)
        }
    }

    @Test(
        arguments: [
            Example("", "60"), Example("a", "6161"), Example("IETF", "6449455446"), Example("\"\\", "62225c"),
            Example("\u{00fc}", "62c3bc"), Example("\u{6c34}", "63e6b0b4"), Example("\u{10151}", "64f0908591"),
        ] as [Example<String>])
    func `text strings`(example: Example<String>) throws {
        #expect(try CBOREncoder().encode(example.value) == example.bytes)
        #expect(try CBORDecoder().decode(String.self, from: example.bytes) == example.value)
    }

    @Test(
        arguments: [
            Example([], "80"), Example([1, 2, 3], "83010203"),
            Example(Array(1...25), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
        ] as [Example<[Int]>])
    func `arrays`(example: Example<[Int]>) throws {
        #expect(try CBOREncoder().encode(example.value) == example.bytes)
        #expect(try CBORDecoder().decode([Int].self, from: example.bytes) == example.value)
    }

    @Test func `maps with integer keys are messages`() throws {
        struct Message: Codable, Equatable {
            var first: Int
            var third: Int

            enum CodingKeys: Int, CodingKey {
                case first = 1
                case third = 3
            }
        }
        let bytes = hex("a201020304")  // {1: 2, 3: 4}
        #expect(try CBOREncoder().encode(Message(first: 2, third: 4)) == bytes)
        #expect(try CBORDecoder().decode(Message.self, from: bytes) == Message(first: 2, third: 4))
    }

    @Test func `maps with text keys are string dictionaries`() throws {
        let bytes = hex("a56161614161626142616361436164614461656145")  // {"a": "A", … "e": "E"}
        let value = ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"]
        #expect(try CBOREncoder().encode(value) == bytes)
        #expect(try CBORDecoder().decode([String: String].self, from: bytes) == value)
        #expect(try CBOREncoder().encode([String: String]()) == hex("a0"))
    }

    @Test(arguments: [
        "8301820203820405",  // [1, [2, 3], [4, 5]]
        "a26161016162820203",  // {"a": 1, "b": [2, 3]}
        "826161a161626163",  // ["a", {"b": "c"}]
    ])
    func `nested items that are no message of ours are still well-formed`(text: String) throws {
        _ = try CBORDecoder().decode(Anything.self, from: hex(text))
    }

    @Test(
        arguments: [
            ("c249010000000000000000", .tagged),  // bignum
            ("c349010000000000000000", .tagged), ("c074323031332d30332d32315432303a30343a30305a", .tagged),
            ("c11a514b67b0", .tagged), ("c1fb41d452d9e20000 00", .tagged), ("d74401020304", .tagged),
            ("d818456449455446", .tagged), ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", .tagged),
            ("f7", .unsupportedSimpleValue),  // undefined
            ("f0", .unsupportedSimpleValue),  // simple(16)
            ("f8ff", .unsupportedSimpleValue),  // simple(255)
            ("5f42010243030405ff", .indefiniteLength), ("7f657374726561646d696e67ff", .indefiniteLength),
            ("9fff", .indefiniteLength), ("9f018202039f0405ffff", .indefiniteLength),
            ("9f01820203820405ff", .indefiniteLength), ("83018202039f0405ff", .indefiniteLength),
            ("83019f0203ff820405", .indefiniteLength),
            ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", .indefiniteLength),
            ("bf61610161629f0203ffff", .indefiniteLength), ("826161bf61626163ff", .indefiniteLength),
            ("bf6346756ef563416d7421ff", .indefiniteLength),
        ] as [(String, CBORError.Code)])
    func `what this protocol leaves out is refused`(text: String, code: CBORError.Code) {
        let error = #expect(throws: CBORError.self) { try CBORDecoder().decode(Anything.self, from: hex(text)) }
        #expect(error?.code == code)
    }

    /// The examples of RFC 8949, Appendix F: not well-formed.
    @Test(arguments: [
        "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58", "78", "98", "9a01ff00", "b8", "d8",
        "f8", "f900", "fa0000", "fb000000", "41", "61", "5affffffff00", "5bffffffffffffffff010203", "7affffffff00",
        "7b7fffffffffffffff010203", "81", "818181818181818181", "8200", "a1", "a20102", "a100", "a2000000", "5f4100",
        "7f6100", "9f", "9f0102", "bf", "bf01020102", "819f", "9f8000", "9f9f9f9f9fffffffff", "9f819f819f9fffffff",
        "1c", "1d", "1e", "3c", "3d", "3e", "5c", "5d", "5e", "7c", "7d", "7e", "9c", "9d", "9e", "bc", "bd", "be",
        "dc", "dd", "de", "fc", "fd", "fe", "f800", "f801", "f818", "f81f", "5f00ff", "5f21ff", "5f6100ff", "5f80ff",
        "5fa0ff", "5fc000ff", "5fe0ff", "7f4100ff", "5f5f4100ffff", "7f7f6100ffff", "ff", "81ff", "8200ff", "a1ff",
        "a1ff00", "a100ff", "a20000ff", "9f81ff", "9f829f819f9fffffffff", "bf00ff", "bf000000ff", "1f", "3f", "df",
    ])
    func `what is not well-formed is refused`(text: String) {
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Anything.self, from: hex(text)) }
    }

    @Test func `every half-precision number survives`() throws {
        for bits in UInt16.min...UInt16.max where bits & 0x7c00 != 0x7c00 || bits & 0x3ff == 0 {
            let bytes = [0xf9, UInt8(bits >> 8), UInt8(bits & 0xff)]
            let value = try CBORDecoder().decode(Double.self, from: bytes)
            #expect(try CBOREncoder().encode(value) == bytes)
        }
    }
}
