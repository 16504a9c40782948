import FoundationEssentials
import GRDB
import WGPilotCore

/// Keeps rows that have a text in a column that people look for.
///
/// Most texts are looked for by SQL. It knows no case but that of ASCII, and no address, which is not stored as a text.
struct PeerTextFilter: Sendable {
    private let needle: [UInt8]
    private let needleText: String
    private let mayBeInTag: Bool

    init(_ text: String) {
        needleText = text
        mayBeInTag = PeerSettings.mayBeInTag(text)
        needle = Self.folded(text)
    }

    /// Whether SQL finds all that has this text: ASCII, and nothing that an address may have in it.
    static func isForSQL(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 < 0x80 }
            && !text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    /// The first and the last key whose base64 begins with a text; nil where none does.
    static func keys(beginningWith text: String) -> (first: Data, last: Data)? {
        // 32 bytes are 43 digits and a padding.
        let digits = text.hasSuffix("=") ? text.dropLast() : text[...]
        guard !digits.isEmpty, digits.utf8.count <= 43, digits.utf8.count == 43 || digits.utf8.count == text.utf8.count
        else { return nil }
        // Of the last digit's six bits four are the key's, and the others 0: its greatest is 8, for 60.
        let missing = 43 - digits.utf8.count
        let greatest = missing == 0 ? "" : String(repeating: "/", count: missing - 1) + "8"
        guard let first = Data(base64Encoded: "\(digits)\(String(repeating: "A", count: missing))="),
            let last = Data(base64Encoded: "\(digits)\(greatest)="), first.count == 32, last.count == 32
        else { return nil }
        return (first, last)
    }

    /// Looks at a row of `PeerRecord.select`, before anything else is made of it.
    func keeps(_ row: Row, _ plan: AddressPlan) throws -> Bool {
        let reader = ColumnReader(row: row, table: "peer")
        if try contains(reader.text(2)) || contains(reader.text(5)) { return true }
        // Tags are stored as JSON: what no tag can have would be found in its quotes and commas.
        if try mayBeInTag && contains(reader.text(15)) { return true }
        // By its bytes: to Swift's own comparison the sign for kelvin is a K.
        if try reader.publicKey(4, "publicKey").description.utf8.starts(with: needleText.utf8) { return true }
        let number = try reader.int(3, "hostNumber", in: PeerRecord.hostNumbers)
        return plan.addresses(number).contains { contains($0.description) }
    }

    /// One and the same for texts that are read alike, in whatever case.
    private static func folded(_ text: String) -> [UInt8] { Array(text.composed.lowercased().utf8) }

    private func contains(_ text: String) -> Bool {
        let haystack = Self.folded(text)
        guard haystack.count >= needle.count else { return false }
        return (0...(haystack.count - needle.count)).contains { offset in
            haystack[offset..<(offset + needle.count)].elementsEqual(needle)
        }
    }
}
