import WGPilotCore
import WGPilotProtocol

/// Reads the texts of a request into values, gathering what is wrong so that the caller hears all of it at once.
struct FieldReader {
    private(set) var violations: [FieldViolation] = []

    /// Whether something is wrong with a field.
    func refuses(_ field: PeerField) -> Bool { violations.contains { $0.field == field.rawValue } }

    /// Those of the fields with which something is wrong.
    func refused(_ fields: [PeerField]) -> Set<PeerField> {
        // Most requests are good, and there may be thousands of them.
        violations.isEmpty ? [] : Set(fields.filter(refuses))
    }

    /// Reads one field; nil where it is absent or wrong.
    mutating func read<Text, Value>(
        _ field: String, _ text: Text?, _ parse: (Text) throws(InvalidValue) -> Value
    ) -> Value? {
        guard let text else { return nil }
        do {
            return try parse(text)
        } catch {
            violations.append(FieldViolation(field: field, message: error.message))
            return nil
        }
    }

    /// Reads a list; each item that is wrong is reported by its place.
    mutating func readList<Value>(
        _ field: String, _ texts: [String]?, _ parse: (String) throws(InvalidValue) -> Value
    ) -> [Value]? {
        guard let texts else { return nil }
        guard texts.count <= Self.longestList else {
            violations.append(FieldViolation(field: field, message: "at most \(Self.longestList) items"))
            return nil
        }
        return texts.enumerated().compactMap { index, text in read("\(field)[\(index)]", text, parse) }
    }

    /// No list of ours is meant to be longer; one message must not make the daemon work for minutes.
    private static let longestList = 4096

    /// Adds faults that concern several values together.
    mutating func add<Field: RawRepresentable<String>>(_ faults: [(field: Field, fault: InvalidValue)]) {
        violations += faults.map { FieldViolation(field: $0.field.rawValue, message: $0.fault.message) }
    }

    /// Adds one fault.
    mutating func add(_ field: String, _ message: String) {
        violations.append(FieldViolation(field: field, message: message))
    }

    /// Adds the faults of a part, by its place: `peers[3]`.
    mutating func add(_ part: FieldReader, at place: String) {
        violations += part.violations.map { FieldViolation(field: "\(place).\($0.field)", message: $0.message) }
    }

    /// Throws what was gathered: no more of it than somebody might read.
    func check() throws(RPCError) {
        if !violations.isEmpty { throw RPCError.invalidFields(Array(violations.prefix(100))) }
    }

    /// Reads a block that must be of one family.
    static func prefix(_ text: String) throws(InvalidValue) -> IPPrefix {
        let block = try IPPrefix(text)
        if block.isV4Mapped {
            throw InvalidValue("\(text.quotedForMessage) is an IPv4 block in the clothes of IPv6: write it as IPv4")
        }
        return block
    }

    /// Reads an address.
    static func address(_ text: String) throws(InvalidValue) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw InvalidValue("\(text.quotedForMessage) is not an address such as 10.8.0.7")
        }
        return address
    }

    /// Reads the new name of what has one. The present one is taken as it is, even where it would not be given today: a form
    /// may send all of its fields.
    mutating func readName(
        _ text: String?, of present: DisplayName, _ parse: (String) throws(InvalidValue) -> DisplayName
    ) -> DisplayName {
        // Code point by code point, as names are compared.
        if let text, text.utf8.elementsEqual(present.description.utf8) { return present }
        return read("name", text, parse) ?? present
    }

    /// Reads the name of a peer that gets it.
    static func peerName(_ text: String) throws(InvalidValue) -> DisplayName { try DisplayName(new: text) }

    /// Reads the name of a network that gets it. It must be free of slashes, for the first one separates it from the peer's.
    static func networkName(_ text: String) throws(InvalidValue) -> DisplayName {
        let name = try DisplayName(new: text)
        if text.contains("/") { throw InvalidValue("a network's name must not contain a slash") }
        return name
    }

    /// Reads a UDP port.
    static func port(_ number: Int64) throws(InvalidValue) -> UInt16 {
        guard let port = UInt16(exactly: number), port > 0 else {
            throw InvalidValue("a port is a number from 1 to 65535")
        }
        return port
    }

    /// Reads a keepalive interval (`persistent-keepalive` in wg(8)).
    static func keepalive(_ number: Int64) throws(InvalidValue) -> UInt16 {
        guard let seconds = UInt16(exactly: number) else {
            throw InvalidValue("a keepalive interval is 0 (off) to 65535 seconds")
        }
        return seconds
    }

    /// Reads an MTU; whether it makes sense is for the settings to say.
    static func mtu(_ number: Int64) throws(InvalidValue) -> Int {
        guard let bytes = Int(exactly: number), NetworkSettings.mtuRange.contains(bytes) else {
            let range = NetworkSettings.mtuRange
            throw InvalidValue("an MTU is \(range.lowerBound) to \(range.upperBound) bytes")
        }
        return bytes
    }
}
