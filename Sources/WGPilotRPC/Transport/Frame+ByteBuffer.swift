internal import NIOCore
internal import WGPilotProtocol

extension Frame {
    /// Appends the frame to a buffer, copying the payload once.
    func write(to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: Frame.headerBytes + payload.count)
        buffer.writeInteger(UInt32(clamping: length))
        buffer.writeInteger(type.rawValue)
        buffer.writeInteger(flags)
        buffer.writeInteger(streamID)
        buffer.writeBytes(payload)
    }

    /// The frame in a buffer of its own.
    var buffer: ByteBuffer {
        var buffer = ByteBuffer()
        write(to: &buffer)
        return buffer
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
