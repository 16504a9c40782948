// A frame on the wire. All numbers are big-endian.
//
//      0       1       2       3       4       5       6       7       8       9      10
//     +-------+-------+-------+-------+-------+-------+-------+-------+-------+-------+----------
//     |            length             | type  | flags |           stream id           | payload …
//     +-------+-------+-------+-------+-------+-------+-------+-------+-------+-------+----------
//                                     |<----------------------- length ------------------------>|
//
// `length` counts everything after itself: 6 for an empty payload. It is compared with a limit before a byte behind it
// is kept, so what a peer claims never decides what is allocated.
//
// Alternatives not taken: HTTP/2 framing (flow control and header compression that a local socket does not need), a
// type inside the CBOR payload (every frame would have to be decoded to be dispatched), varint lengths (a length that
// arrives in pieces needs a state of its own).

/// One unit of the connection: a type, the call it belongs to, and bytes.
public struct Frame: Sendable, Hashable {
    /// The bytes before the payload, the length field included.
    public static let headerBytes = 10
    /// The least value of the length field: type, flags and stream id.
    public static let minimumLength = 6
    /// The limit that both sides start from, in terms of the length field: 4 MiB.
    public static let defaultMaximumLength = 4 << 20
    /// The smallest limit that a side may announce: a hello and any status that is shortened to fit need no more.
    public static let leastMaximumLength = 4096
    /// The flag of a ``FrameType/ping`` that answers one.
    public static let answerFlag: UInt8 = 1
    /// The longest payload of a ping: enough for a number or a time, too little to be worth sending back in anger.
    public static let maximumPingBytes = 64

    /// What the frame is.
    public var type: FrameType
    /// Only ``answerFlag`` has a meaning, on a ping. A receiver refuses a frame of a type it knows with any other flag
    /// set, because a flag may change how the payload is to be read.
    public var flags: UInt8
    /// The call that the frame belongs to; 0 for the connection itself.
    public var streamID: UInt32
    /// The content, whose form depends on the type.
    public var payload: [UInt8]

    /// Makes a frame.
    public init(type: FrameType, flags: UInt8 = 0, streamID: UInt32, payload: [UInt8] = []) {
        self.type = type
        self.flags = flags
        self.streamID = streamID
        self.payload = payload
    }

    /// The value of the frame's length field.
    public var length: Int { Frame.minimumLength + payload.count }

    /// Appends the frame's bytes. A payload is at most 2³² − 7 bytes; limits keep it far below.
    public func write(to bytes: inout [UInt8]) {
        let length = UInt32(clamping: length)
        bytes.reserveCapacity(bytes.count + Frame.headerBytes + payload.count)
        Frame.append(length, to: &bytes)
        bytes.append(type.rawValue)
        bytes.append(flags)
        Frame.append(streamID, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// The frame's bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
}
