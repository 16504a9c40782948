/// Why bytes were not a sequence of frames. There is no way to find the next frame after one of these: the connection
/// ends.
public enum FrameError: Error, Sendable, Hashable {
    /// The length field is below ``Frame/minimumLength``.
    case tooShort(length: UInt32)
    /// The length field is above the limit.
    case tooLong(length: UInt32, limit: Int)
    /// A type that must be understood and is not.
    case unknownType(UInt8)
    /// A flag without a meaning is set.
    case unknownFlags(UInt8)
}

extension FrameError: CustomStringConvertible {
    /// One sentence for logs and for the peer.
    public var description: String {
        switch self {
        case .tooShort(let length): "A frame of length \(length) is shorter than its own header."
        case .tooLong(let length, let limit): "A frame of length \(length) is above the limit of \(limit) bytes."
        case .unknownType(let type): "Frame type \(type) is not known."
        case .unknownFlags(let flags): "Frame flags \(flags) are not known."
        }
    }
}
