/// The kinds of frames.
///
/// Numbers from 1 to 127 must be understood: a receiver ends the connection over one it does not know. Numbers from 128
/// to 255 are for additions that may be ignored: a receiver that does not know one skips the frame, flags and all. 0 is
/// never valid. Reserved for later versions, and not to be sent now: 6 (window: credit for a stream), 7 (ping), 8
/// (goaway).
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

    /// The first of the numbers that a receiver may ignore.
    static let firstIgnorable: UInt8 = 128
}
