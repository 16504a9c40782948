/// How many bytes of messages may still be sent on a stream.
///
/// The payloads of message frames are counted, headers are not. Whoever sends may do so while the credit is above zero
/// and may overdraw it with the last message, so that one larger than the window passes: what a receiver can have
/// waiting for it is the window and one message.
public struct StreamCredit: Sendable, Hashable {
    /// The window of a call that names none: 256 KiB.
    public static let defaultWindow: UInt32 = 256 << 10
    /// The most that a stream's credit may come to, as in RFC 9113 §6.9.1: a receiver that grants more is at fault.
    public static let maximum: Int64 = (1 << 31) - 1

    /// The bytes left; negative once overdrawn.
    public private(set) var available: Int64

    /// Makes the credit that a stream begins with.
    public init(window: UInt32 = StreamCredit.defaultWindow) {
        available = min(Int64(window), StreamCredit.maximum)
    }

    /// Whether a message, of whatever size, may be sent.
    public var allowsMessage: Bool { available > 0 }

    /// Counts a message that was sent.
    public mutating func spend(_ bytes: Int) {
        available -= Int64(clamping: bytes)
    }

    /// Adds what the receiver granted. False, and nothing changed, where that is nothing or goes above ``maximum``.
    public mutating func grant(_ bytes: UInt32) -> Bool {
        guard bytes > 0, available + Int64(bytes) <= StreamCredit.maximum else { return false }
        available += Int64(bytes)
        return true
    }
}
