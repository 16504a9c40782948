internal import NIOCore
internal import WGPilotProtocol

/// A message on its way from a handler to the event loop.
///
/// A large one is framed by the handler's thread, as copying it would hold up all connections of the loop; a small one is
/// copied by the loop right behind those before it, which spares a buffer.
enum OutgoingMessage: Sendable {
    case payload([UInt8])
    case framed(ByteBuffer)

    /// What is copied in about the time that a system call takes.
    private static let large = 8 << 10

    init(_ message: [UInt8], streamID: UInt32) {
        guard message.count >= OutgoingMessage.large else {
            self = .payload(message)
            return
        }
        var buffer = ByteBuffer()
        buffer.writeFrame(.message, streamID: streamID, message)
        self = .framed(buffer)
    }

    /// The bytes that count for the stream's credit.
    var payloadBytes: Int {
        switch self {
        case .payload(let payload): payload.count
        case .framed(let buffer): buffer.readableBytes - Frame.headerBytes
        }
    }
}
