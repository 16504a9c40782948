/// What can go wrong in one exchange over netlink, before it is known what the exchange was for.
enum NetlinkError: Error, Equatable {
    /// The kernel answered with an error number, and perhaps with words.
    case refused(errno: Int32, kernelMessage: String?)
    /// A system call on the socket failed.
    case system(call: String, errno: Int32)
    /// No answer within the time-out.
    case timedOut
    /// The answer breaks the rules of netlink or of the family.
    case malformed(String)
    /// The state changed during every one of the attempts to dump it (`NLM_F_DUMP_INTR`).
    case interrupted
    /// An attribute or a message would be longer than its length field can say.
    case tooLong

    /// The kernel's error number; nil when the failure is not the kernel's answer.
    var refusal: Int32? {
        if case .refused(let errno, _) = self { errno } else { nil }
    }
}
