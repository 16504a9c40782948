internal import NIOCore
internal import WGPilotProtocol

/// The payload of a request on its way to the event loop.
enum OutgoingRequest: Sendable {
    /// The event loop puts it together with the frames of other calls.
    case small([UInt8])
    /// Copied to where it can be written from by the task that makes the call, so that the event loop, which has other
    /// calls, need not.
    case large(ByteBuffer)

    /// From this size on a copy costs more than a write of its own.
    private static let largeBytes = 16 << 10

    init(payload: [UInt8]) {
        self = payload.count < OutgoingRequest.largeBytes ? .small(payload) : .large(ByteBuffer(bytes: payload))
    }

    /// The number of bytes.
    var payloadBytes: Int {
        switch self {
        case .small(let payload): payload.count
        case .large(let buffer): buffer.readableBytes
        }
    }

    /// Appends the frame to a buffer, but for the payload of a large one, which is returned to be written behind it.
    func write(to buffer: inout ByteBuffer, streamID: UInt32) -> ByteBuffer? {
        switch self {
        case .small(let payload):
            Frame(type: .request, streamID: streamID, payload: payload).write(to: &buffer)
            return nil
        case .large(let payload):
            buffer.writeInteger(UInt32(clamping: Frame.minimumLength + payload.readableBytes))
            buffer.writeInteger(FrameType.request.rawValue)
            buffer.writeInteger(UInt8(0))
            buffer.writeInteger(streamID)
            return payload
        }
    }
}
