internal import NIOCore
internal import WGPilotProtocol

extension Frame {
    /// Appends the frame to a buffer, copying the payload once.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeFrame(type, flags: flags, streamID: streamID, payload)
    }

    /// The frame in a buffer of its own.
    var buffer: ByteBuffer {
        var buffer = ByteBuffer()
        write(to: &buffer)
        return buffer
    }
}

extension ByteBuffer {
    /// Appends a frame, copying the payload once.
    mutating func writeFrame(_ type: FrameType, flags: UInt8 = 0, streamID: UInt32, _ payload: [UInt8]) {
        reserveCapacity(minimumWritableBytes: Frame.headerBytes + payload.count)
        writeMultipleIntegers(UInt32(clamping: Frame.minimumLength + payload.count), type.rawValue, flags, streamID)
        writeBytes(payload)
    }
}

extension TimeAmount {
    /// The same span; one beyond the range of `TimeAmount` (292 years) is cut to it.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        self = .nanoseconds(overflow || overflowed ? (seconds < 0 ? .min : .max) : sum)
    }
}
