import NIOCore

/// Writes samples into bytes, in either format.
///
/// Every sample of a family must follow its header, before that of another: both formats have it so. Text goes straight
/// into the buffer; nothing is joined before.
struct MetricsText {
    let format: MetricsFormat
    /// What was written and not taken yet.
    private(set) var buffer = ByteBuffer()
    private var family: MetricFamily?
    private var isFirstLabel = true

    init(_ format: MetricsFormat) {
        self.format = format
    }

    /// Takes what was written so far, and begins with room for as much again.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBufferAllocator().buffer(capacity: buffer.readableBytes) }
        return buffer
    }

    // MARK: Families

    /// Begins a family.
    mutating func begin(_ family: MetricFamily) {
        self.family = family
        let name: String
        let kind: String
        switch format {
        case .openMetrics:
            name = family.openMetricsName
            kind = family.kind.rawValue
        case .text:
            name = family.name
            kind = family.kind == .info ? "gauge" : family.kind.rawValue
        }
        buffer.writeString("# HELP \(name) \(family.help)\n# TYPE \(name) \(kind)\n")
        if format == .openMetrics, let unit = family.unit { buffer.writeString("# UNIT \(name) \(unit)\n") }
    }

    /// Ends a scrape that is whole.
    mutating func end() {
        if format == .openMetrics { buffer.writeStaticString("# EOF\n") }
    }

    // MARK: Samples

    /// Writes a sample of the present family.
    ///
    /// - Parameters:
    ///   - suffix: What a histogram adds to the name: `_bucket`, `_sum`, `_count`.
    ///   - labels: Pairs of a name and a value of any kind, without those whose value is nil.
    mutating func sample(_ value: some MetricValue, suffix: StaticString = "", _ labels: [(StaticString, String?)] = [])
    {
        buffer.writeString(family?.name ?? "")
        buffer.writeStaticString(suffix)
        var isOpen = false
        for (name, text) in labels {
            guard let text else { continue }
            buffer.writeStaticString(isOpen ? "," : "{")
            isOpen = true
            buffer.writeStaticString(name)
            buffer.writeStaticString("=\"")
            buffer.writeLabelValue(text)
            buffer.writeStaticString("\"")
        }
        buffer.writeStaticString(isOpen ? "} " : " ")
        value.write(to: &buffer)
        buffer.writeStaticString("\n")
    }

    /// Writes a sample whose labels stand in bytes already, escaped, without their braces.
    mutating func sample(_ value: some MetricValue, labels: ArraySlice<UInt8>, _ more: ArraySlice<UInt8> = []) {
        buffer.writeString(family?.name ?? "")
        buffer.writeStaticString("{")
        buffer.writeBytes(labels)
        if !more.isEmpty {
            buffer.writeStaticString(",")
            buffer.writeBytes(more)
        }
        buffer.writeStaticString("} ")
        value.write(to: &buffer)
        buffer.writeStaticString("\n")
    }
}

/// A value of a sample.
protocol MetricValue {
    func write(to buffer: inout ByteBuffer)
}

extension Int: MetricValue {
    func write(to buffer: inout ByteBuffer) { buffer.writeString(String(self)) }
}

extension Int64: MetricValue {
    func write(to buffer: inout ByteBuffer) { buffer.writeString(String(self)) }
}

extension UInt64: MetricValue {
    func write(to buffer: inout ByteBuffer) { buffer.writeString(String(self)) }
}

extension Double: MetricValue {
    // Swift's text is the shortest that reads back as the same number, which both formats read.
    func write(to buffer: inout ByteBuffer) { buffer.writeString(String(self)) }
}

extension Bool: MetricValue {
    func write(to buffer: inout ByteBuffer) { buffer.writeStaticString(self ? "1" : "0") }
}

extension ByteBuffer {
    /// Writes the value of a label, with the escapes that both formats have: `\\`, `\"` and `\n`.
    mutating func writeLabelValue(_ text: String) {
        // Most have nothing to escape.
        if text.utf8.allSatisfy({ $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n") }) {
            writeString(text)
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): writeStaticString("\\\\")
            case UInt8(ascii: "\""): writeStaticString("\\\"")
            case UInt8(ascii: "\n"): writeStaticString("\\n")
            default: writeInteger(byte)
            }
        }
    }
}
