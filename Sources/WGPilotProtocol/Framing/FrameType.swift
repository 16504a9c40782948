/// The kinds of frames.
///
/// Numbers from 1 to 127 must be understood: a receiver ends the connection over one it does not know. Numbers from 128
/// to 255 are for additions that may be ignored: a receiver that does not know one skips the frame, flags and all. 0 is
/// never valid.
public enum FrameType: UInt8, Sendable, Hashable, CaseIterable {
    /// The first frame each way; see ``Hello``. Stream 0.
    case hello = 1
    /// Opens a call: a ``RequestHead`` item, then the message item. Client to server.
    case request = 2
    /// A message of an open call. Server to client; a unary call has at most one.
    case message = 3
    /// Ends a call; see ``Status``. On stream 0 it says why the connection is about to be closed. Server to client.
    case status = 4
    /// Asks to give a call up; empty. The call still ends with a status. Client to server.
    case cancel = 5
    /// Lets the server send more on a stream; the payload is an unsigned item, the number of bytes that ``StreamCredit``
    /// grows by. Client to server.
    case window = 6
    /// Asks for a sign of life, or gives one when it bears ``Frame/answerFlag``: the payload, of at most
    /// ``Frame/maximumPingBytes`` bytes, comes back as it was. Stream 0, both ways.
    case ping = 7
    /// Says that no further calls are taken; see ``GoAway``. Stream 0, server to client.
    case goaway = 8

    /// The flags that a frame of this type may bear.
    public var knownFlags: UInt8 {
        self == .ping ? Frame.answerFlag : 0
    }

    /// The first of the numbers that a receiver may ignore.
    public static let firstIgnorable: UInt8 = 128
}
