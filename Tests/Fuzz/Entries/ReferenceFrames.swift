/// Frames as docs/protocol.md has them, cut from bytes that are all there: what the reader is compared with.
public struct ReferenceFrames: Sendable {
    /// One frame.
    public struct Frame: Sendable, Equatable {
        /// See the page.
        public var type: UInt8
        /// See the page.
        public var flags: UInt8
        /// See the page.
        public var streamID: UInt32
        /// See the page.
        public var payload: [UInt8]

        /// Makes a frame.
        public init(type: UInt8, flags: UInt8, streamID: UInt32, payload: [UInt8]) {
            self.type = type
            self.flags = flags
            self.streamID = streamID
            self.payload = payload
        }

        /// The frame as it goes over the wire.
        public var bytes: [UInt8] {
            let length = UInt32(6 + payload.count)
            return Array(
                [length, streamID].map { number in
                    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
                }.joined(separator: [type, flags])) + payload
        }
    }

    /// The types that are known, with the flags that they may bear.
    private static let known: [UInt8: UInt8] = [1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 1, 8: 0]

    /// The frames before the end or the first fault, without those that are to be ignored.
    public private(set) var frames: [Frame] = []
    /// Whether there is a fault.
    public private(set) var isRefused = false
    /// The bytes behind the last whole frame.
    public private(set) var rest = 0

    /// Cuts the bytes.
    public init(_ bytes: some Collection<UInt8>, maximumLength: Int) {
        var bytes = Array(bytes)[...]
        while !isRefused, bytes.count >= 4 {
            let length = bytes.prefix(4).reduce(0) { $0 * 256 + Int($1) }
            isRefused = length < 6 || length > maximumLength
            guard !isRefused, bytes.count >= 5 else { break }
            let type = bytes[bytes.startIndex + 4]
            let flags = Self.known[type]
            if flags == nil, type < 128 { isRefused = true }
            if let flags {
                guard bytes.count >= 10 else { break }
                if bytes[bytes.startIndex + 5] & ~flags != 0 { isRefused = true }
            }
            guard !isRefused, bytes.count >= 4 + length else { break }
            if flags != nil {
                frames.append(
                    Frame(
                        type: type, flags: bytes[bytes.startIndex + 5],
                        streamID: bytes.dropFirst(6).prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
                        payload: Array(bytes.dropFirst(10).prefix(length - 6))))
            }
            bytes = bytes.dropFirst(4 + length)
        }
        rest = bytes.count
    }
}
