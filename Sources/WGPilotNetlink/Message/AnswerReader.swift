import CMnl
import Glibc

/// Reads the answer to one request, datagram by datagram.
struct AnswerReader {
    /// How an answer ended.
    enum Outcome: Equatable, Sendable {
        /// All of it was read.
        case complete
        /// All of it was read, and the kernel says that it is not of one piece (`NLM_F_DUMP_INTR`).
        case interrupted
        /// The kernel refused, perhaps half-way.
        case failed(NetlinkError)
    }

    /// The sequence number of the request.
    let sequence: UInt32
    /// The port of the socket.
    let port: UInt32
    /// Whether the request was for a dump, which ends with a DONE of its own.
    let isDump: Bool

    private var interrupted = false

    /// Makes a reader of the answer to the request of that number.
    init(sequence: UInt32, port: UInt32, isDump: Bool) {
        self.sequence = sequence
        self.port = port
        self.isDump = isDump
    }

    /// Reads one datagram, handing each message with data to `handle`, and gives the outcome when the answer is complete.
    ///
    /// Throws when the answer breaks the protocol, and when `handle` throws: then there may be more of the answer on its
    /// way, and the socket is of no further use.
    mutating func read(
        _ datagram: ArraySlice<UInt8>, handle: (NetlinkMessage) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Outcome? {
        var datagram = datagram
        if datagram.isEmpty { throw .malformed("an empty datagram") }
        while let message = try NetlinkMessage.next(of: &datagram) {
            guard message.sequence == sequence, message.port == port else {
                throw .malformed("an answer to another request")
            }
            if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { interrupted = true }
            switch Int32(message.type) {
            case NLMSG_NOOP:
                continue
            case NLMSG_OVERRUN:
                throw .malformed("data was lost")
            case NLMSG_ERROR:
                if let failure = try message.outcome() { return .failed(failure) }
                // A dump is never acknowledged: this would be the end of an answer that has not come.
                if isDump { throw .malformed("an acknowledgement instead of a dump") }
                return .complete
            case NLMSG_DONE:
                guard isDump else { throw .malformed("the end of a dump that was not asked for") }
                if let failure = try message.outcome() {
                    // EINTR is how some families say that the dump was interrupted.
                    return failure.refusal == EINTR ? .interrupted : .failed(failure)
                }
                return interrupted ? .interrupted : .complete
            default:
                try handle(message)
            }
        }
        return nil
    }
}
