package import NIOCore
package import WGPilotProtocol

/// Cuts what arrives on a channel into frames, straight out of the channel's buffers: a payload is copied once, however it
/// is split on arrival.
///
/// Length and type are judged as soon as they are there, the header before anything behind it is kept, and what a peer
/// says of a length never decides what is allocated.
package struct FrameReader {
    private let maximumLength: Int
    /// The bytes of a header that is not complete.
    private var header: [UInt8] = []
    /// The frame whose payload is on its way, and how many bytes of it are missing.
    private var frame: Frame?
    private var missing = 0
    /// Bytes of an ignorable frame that are still to be dropped.
    private var skipping = 0

    /// Makes a reader that refuses frames with a length field above `maximumLength`.
    package init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    /// The number of bytes held: less than one frame, once ``next(from:)`` has answered nil.
    package var bufferedBytes: Int { header.count + (frame?.payload.count ?? 0) }

    /// Takes the next complete frame out of a buffer; nil once all of the buffer is taken. After an error the reader is of
    /// no more use.
    package mutating func next(from buffer: inout ByteBuffer) throws(FrameError) -> Frame? {
        while true {
            if skipping > 0 {
                let dropped = min(skipping, buffer.readableBytes)
                buffer.moveReaderIndex(forwardBy: dropped)
                skipping -= dropped
                guard skipping == 0 else { return nil }
            }
            if frame != nil {
                let count = min(missing, buffer.readableBytes)
                frame?.payload.append(contentsOf: buffer.readableBytesView.prefix(count))
                buffer.moveReaderIndex(forwardBy: count)
                missing -= count
                guard missing == 0 else { return nil }
                defer { frame = nil }
                return frame
            }
            guard header.isEmpty, buffer.readableBytes >= Frame.headerBytes,
                let (length, rawType, flags, streamID) = buffer.readMultipleIntegers(
                    as: (UInt32, UInt8, UInt8, UInt32).self)
            else {
                guard try takeHeader(from: &buffer) else { return nil }
                continue
            }
            let payload = try payloadBytes(length)
            guard let type = try self.type(rawType) else {
                skipping = payload
                continue
            }
            guard flags & ~type.knownFlags == 0 else { throw .unknownFlags(flags) }
            if let bytes = buffer.readBytes(length: payload) {
                return Frame(type: type, flags: flags, streamID: streamID, payload: bytes)
            }
            expect(Frame(type: type, flags: flags, streamID: streamID), payload)
        }
    }

    /// Takes a header that is not in the buffer as a whole; false once the buffer is empty.
    private mutating func takeHeader(from buffer: inout ByteBuffer) throws(FrameError) -> Bool {
        while let byte: UInt8 = buffer.readInteger() {
            header.append(byte)
            guard header.count >= 4 else { continue }
            let payload = try payloadBytes(number(at: 0))
            guard header.count >= 5 else { continue }
            guard let type = try self.type(header[4]) else {
                // Flags and stream, which were not looked at, belong to what is skipped.
                skipping = payload + Frame.minimumLength - 1
                header.removeAll(keepingCapacity: true)
                return true
            }
            guard header.count == Frame.headerBytes else { continue }
            guard header[5] & ~type.knownFlags == 0 else { throw .unknownFlags(header[5]) }
            expect(Frame(type: type, flags: header[5], streamID: number(at: 6)), payload)
            header.removeAll(keepingCapacity: true)
            return true
        }
        return false
    }

    private mutating func expect(_ frame: Frame, _ payload: Int) {
        self.frame = frame
        missing = payload
    }

    private func payloadBytes(_ length: UInt32) throws(FrameError) -> Int {
        guard length >= UInt32(Frame.minimumLength) else { throw .tooShort(length: length) }
        guard let count = Int(exactly: length), count <= maximumLength else {
            throw .tooLong(length: length, limit: maximumLength)
        }
        return count - Frame.minimumLength
    }

    /// The type of a frame; nil for one that may be ignored.
    private func type(_ rawType: UInt8) throws(FrameError) -> FrameType? {
        if let type = FrameType(rawValue: rawType) { return type }
        guard rawType >= FrameType.firstIgnorable else { throw .unknownType(rawType) }
        return nil
    }

    private func number(at index: Int) -> UInt32 {
        header[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
