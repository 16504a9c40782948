/// The name of a network interface.
public struct InterfaceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as the kernel has it.
    public let description: String

    /// At most 15 characters (`IFNAMSIZ` less the terminator, linux/if.h) of letters, digits and `_=+.-`, the set that
    /// wg-quick(8) accepts, and not `.` or `..`, which could not be a file name under /sys.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard (1...15).contains(text.utf8.count), text != ".", text != "..",
            text.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-")]
                        .contains($0)
            })
        else {
            throw InvalidValue(
                "\(String(text).quotedForMessage) is not an interface name: 1 to 15 of the characters A-Z a-z 0-9 _=+.-"
            )
        }
        description = String(text)
    }

    /// Orders by characters.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
