/// Cuts a stream of bytes into frames, however the bytes are split on arrival.
///
/// Append what arrives, then take frames until there is none. The header is judged as soon as it is complete, before its
/// payload is kept. Each byte is copied a bounded number of times: what is consumed is dropped from the buffer only when
/// it is at least half of it.
public struct FrameDecoder: Sendable {
    private let maximumLength: Int
    private var buffer: [UInt8] = []
    /// Everything in `buffer` before this is consumed.
    private var position = 0
    /// Bytes of an ignorable frame that are still to be dropped.
    private var skipping = 0

    /// Makes a decoder that refuses frames with a length field above `maximumLength`.
    public init(maximumLength: Int = Frame.defaultMaximumLength) {
        self.maximumLength = maximumLength
    }

    /// The number of bytes held: at most one incomplete frame after ``next()`` has returned nil.
    public var bufferedBytes: Int { buffer.count - position }

    /// Adds bytes as they arrived.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        if position > 0, position >= buffer.count / 2 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next complete frame, or nil if more bytes are needed. After an error the decoder is of no more use.
    public mutating func next() throws(FrameError) -> Frame? {
        while true {
            if skipping > 0 {
                let dropped = min(skipping, bufferedBytes)
                position += dropped
                skipping -= dropped
                if skipping > 0 { return nil }
            }
            guard bufferedBytes >= 4 else { return nil }
            let length = number(at: 0)
            guard length >= UInt32(Frame.minimumLength) else { throw .tooShort(length: length) }
            guard let byteCount = Int(exactly: length), byteCount <= maximumLength else {
                throw .tooLong(length: length, limit: maximumLength)
            }
            guard bufferedBytes >= 5 else { return nil }
            let rawType = buffer[position + 4]
            guard let type = FrameType(rawValue: rawType) else {
                guard rawType >= FrameType.firstIgnorable else { throw .unknownType(rawType) }
                skipping = 4 + byteCount
                continue
            }
            guard bufferedBytes >= Frame.headerBytes else { return nil }
            let flags = buffer[position + 5]
            guard flags & ~type.knownFlags == 0 else { throw .unknownFlags(flags) }
            guard bufferedBytes - 4 >= byteCount else { return nil }
            let streamID = number(at: 6)
            let end = position + 4 + byteCount
            let payload = Array(buffer[(position + Frame.headerBytes)..<end])
            position = end
            if position == buffer.count {
                buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
                position = 0
            }
            return Frame(type: type, flags: flags, streamID: streamID, payload: payload)
        }
    }

    private func number(at index: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in buffer[(position + index)..<(position + index + 4)] {
            value = value << 8 | UInt32(byte)
        }
        return value
    }
}
