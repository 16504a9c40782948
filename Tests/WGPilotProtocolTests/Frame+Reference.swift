import FuzzEntries
import Testing
import WGPilotProtocol

extension Frame {
    /// The frames that bytes are, by the reference and not by the code that reads a connection; a test that has other bytes
    /// fails.
    static func all(in bytes: [UInt8]) throws -> [Frame] {
        let reference = ReferenceFrames(bytes, maximumLength: Frame.defaultMaximumLength)
        #expect(!reference.isRefused && reference.rest == 0, "not frames: \(hexText(bytes))")
        return try reference.frames.map { frame in
            Frame(
                type: try #require(FrameType(rawValue: frame.type)), flags: frame.flags, streamID: frame.streamID,
                payload: frame.payload)
        }
    }
}
