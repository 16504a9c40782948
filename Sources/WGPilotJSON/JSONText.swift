/// Writes JSON (RFC 8259) straight into text, the fields in the order of the calls.
///
/// Not Foundation's encoder: it builds a tree of dictionaries first, and for a list of ten thousand peers that takes
/// longer than everything else the command does.
public struct JSONText: Sendable {
    private var bytes: [UInt8] = []
    private var depth = 0
    private var isFirst = true
    private let isCompact: Bool

    /// Begins an empty text.
    ///
    /// - Parameter isCompact: Whether it is all in one line.
    public init(isCompact: Bool = false) {
        self.isCompact = isCompact
    }

    /// What was written, as UTF-8, with nothing behind it.
    public var utf8: [UInt8] { bytes }

    /// What was written, ended by a line break.
    public var text: String { String(decoding: bytes, as: UTF8.self) + "\n" }

    // MARK: Structure

    /// Writes an object; the body writes its fields.
    public mutating func object(_ body: (inout JSONText) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array; the body writes each element.
    public mutating func array<Element>(_ elements: some Sequence<Element>, _ body: (inout JSONText, Element) -> Void) {
        openArray()
        for element in elements { self.element { body(&$0, element) } }
        closeArray()
    }

    /// Begins an array whose elements come bit by bit.
    public mutating func openArray() { open(UInt8(ascii: "[")) }

    /// Writes one element of an array that is open.
    public mutating func element(_ body: (inout JSONText) -> Void) {
        separate()
        body(&self)
    }

    /// Ends an array that is open.
    public mutating func closeArray() { close(UInt8(ascii: "]")) }

    // MARK: Fields

    /// Writes a field whose name is known at run time, and whose value the body writes.
    public mutating func field(named name: String, _ body: (inout JSONText) -> Void) {
        separate()
        write(name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        body(&self)
    }

    /// Writes a field whose value the body writes.
    public mutating func field(_ name: StaticString, _ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        body(&self)
    }

    /// Writes a text; a field without a value is left out.
    public mutating func field(_ name: StaticString, _ value: String?) {
        if let value { field(name) { $0.write(value) } }
    }

    /// Writes a number; a field without a value is left out.
    public mutating func field(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        if let value { field(name) { $0.bytes += String(value).utf8 } }
    }

    /// Writes a truth value; a field without a value is left out.
    public mutating func field(_ name: StaticString, _ value: Bool?) {
        if let value { field(name) { $0.bytes += (value ? "true" : "false").utf8 } }
    }

    /// Writes a list of texts in one line; a field without a value is left out.
    public mutating func field(_ name: StaticString, _ value: [String]?) {
        guard let value else { return }
        field(name) { json in
            json.bytes.append(UInt8(ascii: "["))
            for (index, text) in value.enumerated() {
                if index > 0 { json.bytes += [UInt8(ascii: ","), UInt8(ascii: " ")] }
                json.write(text)
            }
            json.bytes.append(UInt8(ascii: "]"))
        }
    }

    /// Writes a text, as an element of an array or the value of a field.
    public mutating func value(_ text: String) { write(text) }

    /// Writes a number as a value by itself.
    public mutating func value(_ number: some FixedWidthInteger) { bytes += String(number).utf8 }

    /// Writes a truth value, as an element of an array or the value of a field.
    public mutating func value(_ flag: Bool) { bytes += (flag ? "true" : "false").utf8 }

    /// Writes `null`, as an element of an array or the value of a field.
    public mutating func null() { bytes += "null".utf8 }

    // MARK: Characters

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        depth += 1
        isFirst = true
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if !isFirst { breakLine() }
        bytes.append(bracket)
        isFirst = false
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        breakLine()
    }

    private mutating func breakLine() {
        if isCompact { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<(2 * depth) { bytes.append(UInt8(ascii: " ")) }
    }

    /// Writes a text in quotes, with what must be escaped (RFC 8259 §7) escaped.
    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Hardly any text needs a look at each of its bytes more than once.
        let mayStand = { (byte: UInt8) in
            byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F && byte != 0xC2
        }
        if text.utf8.allSatisfy(mayStand) {
            bytes += text.utf8
            bytes.append(UInt8(ascii: "\""))
            return
        }
        let digits = Array("0123456789abcdef".utf8)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C:
                bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            case 0x0A:
                bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            // RFC 8259 lets the last 33 stand, but a terminal obeys them.
            case 0..<0x20, 0x7F...0x9F:
                bytes += "\\u00".utf8
                bytes += [digits[Int(scalar.value >> 4)], digits[Int(scalar.value & 15)]]
            default:
                bytes += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
