/// Reads JSON as RFC 8259 has it, and nothing else.
///
/// Not Foundation's decoder: it takes the first of two fields of one name and forgets the other, and says of a wrong type only
/// that of the first one. Here fields keep their order and their doubles, so that whoever reads a request can name each.
struct JSONReader {
    /// Where and why a text is no JSON.
    struct Fault: Error, Equatable {
        let offset: Int
        let message: String
    }

    /// Arrays and objects within one another. Requests have three.
    static let deepest = 32

    /// Values in all, each of which takes many times the room of its text. 5000 peers with all their fields are 125,000.
    static let mostValues = 300_000

    private let bytes: [UInt8]
    private var offset = 0
    private var count = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value that the bytes are, with nothing but white space around it.
    static func read(_ bytes: [UInt8]) throws(Fault) -> JSONValue {
        var reader = JSONReader(bytes)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.offset < bytes.count { throw reader.fault("there is more behind the end") }
        return value
    }

    private func fault(_ message: String) -> Fault { Fault(offset: offset, message: message) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    private mutating func take(_ text: String) throws(Fault) {
        for byte in text.utf8 {
            guard next == byte else { throw fault("unexpected character") }
            offset += 1
        }
    }

    private mutating func value(depth: Int) throws(Fault) -> JSONValue {
        guard depth < Self.deepest else { throw fault("nested too deeply") }
        count += 1
        guard count <= Self.mostValues else { throw fault("there are more than \(Self.mostValues) values") }
        switch next {
        case nil: throw fault("the text ends too early")
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"):
            try take("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(Fault) -> JSONValue {
        offset += 1
        var fields: [(name: String, value: JSONValue)] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            offset += 1
            return .object(fields)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a field's name is expected") }
            let name = try string()
            skipSpace()
            try take(":")
            skipSpace()
            fields.append((name, try value(depth: depth + 1)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "}"):
                offset += 1
                return .object(fields)
            default: throw fault("a comma or the end of the object is expected")
            }
        }
    }

    private mutating func array(depth: Int) throws(Fault) -> JSONValue {
        offset += 1
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            offset += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "]"):
                offset += 1
                return .array(elements)
            default: throw fault("a comma or the end of the list is expected")
            }
        }
    }

    private mutating func digits() throws(Fault) -> Int {
        let start = offset
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
        if offset == start { throw fault("a digit is expected") }
        return offset - start
    }

    /// RFC 8259 §6.
    private mutating func number() throws(Fault) -> JSONValue {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        let leading = next
        guard let leading, (0x30...0x39).contains(leading) else { throw fault("a value is expected") }
        let count = try digits()
        if leading == UInt8(ascii: "0"), count > 1 { throw fault("a number begins with no 0") }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            _ = try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw fault("the number is too large") }
        // JSON knows one kind of number: 25.0 is 25.
        if let whole = Int64(exactly: value), abs(value) < 9_007_199_254_740_992 { return .integer(whole) }
        return .number(value)
    }

    /// RFC 8259 §7.
    private mutating func string() throws(Fault) -> String {
        offset += 1
        var text: [UInt8] = []
        while true {
            guard let byte = next else { throw fault("the text ends within quotes") }
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw fault("the text before is not UTF-8")
                }
                offset += 1
                return result
            case UInt8(ascii: "\\"):
                offset += 1
                try escape(into: &text)
            case 0..<0x20: throw fault("a control character must be escaped")
            default:
                text.append(byte)
                offset += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        guard let byte = next else { throw fault("the text ends within quotes") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800...0xDBFF).contains(code) {
                try take("\\u")
                let low = try hexadecimal()
                guard (0xDC00...0xDFFF).contains(low) else { throw fault("half of a surrogate pair") }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
            text += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw fault("no such escape")
        }
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }
}
