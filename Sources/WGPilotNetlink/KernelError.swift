/// Why the kernel, or its userspace stand-in, did not do what it was asked.
public struct KernelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The process lacks the right (`CAP_NET_ADMIN`).
        case notPermitted
        /// The machine cannot do it: no WireGuard module, no `wireguard-go`, no IPv6.
        case notSupported
        /// Something that is not ours bears the name, or a route that is not ours is in the place.
        case nameTaken
        /// The UDP port, or the address, is in use by another.
        case addressInUse
        /// The interface is not there, or went away meanwhile.
        case noSuchDevice
        /// The other side is busy or did not answer in time; trying again may help.
        case busy
        /// The other side said what no sane one would.
        case malformedReply
        /// The state changed each time while it was being read.
        case dumpInterrupted
        /// A value that the kernel refuses.
        case invalidValue
        /// More than fits: an interface holds 2^20 peers, the kernel so much memory.
        case exhausted
        /// A system call failed in a way of its own.
        case io
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, without secrets: "create interface wg0".
    public let operation: String
    /// The system's error number, where there is one.
    public let errno: Int32?
    /// What the kernel itself said of it (its extended acknowledgement), where it did.
    public let kernelMessage: String?
    /// One sentence for a person that says what to do, without a final full stop.
    public let message: String

    /// Makes it from its parts.
    public init(
        code: Code, operation: String, errno: Int32? = nil, kernelMessage: String? = nil, message: String
    ) {
        self.code = code
        self.operation = operation
        self.errno = errno
        self.kernelMessage = kernelMessage
        self.message = message
    }

    /// The operation and the sentence.
    public var description: String { "could not \(operation): \(message)" }
}
