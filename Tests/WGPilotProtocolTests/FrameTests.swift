import Testing
import WGPilotProtocol

@Suite struct FrameTests {
    /// Cancel of stream 3, field by field.
    private static let cancel = hex(
        """
        00000006    # length: type, flags and stream id
        05          # type: cancel
        00          # flags
        00000003    # stream id
        """)

    /// A successful status of stream 0x01020304.
    private static let status = hex(
        """
        00000009    # length
        04          # type: status
        00          # flags
        01020304    # stream id
        a1 01 00    # {1: 0}
        """)

    @Test func `frames have the documented bytes`() throws {
        #expect(Frame(type: .cancel, streamID: 3).bytes == Self.cancel)
        let payload = try CBOREncoder().encode(Status.ok)
        #expect(Frame(type: .status, streamID: 0x0102_0304, payload: payload).bytes == Self.status)
    }

    @Test func `an answer to a ping bears its flag`() {
        let answer = Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: [0x2a, 0x2a])
        #expect(answer.bytes == hex("00000008 07 01 00000000 2a2a"))
    }
}
