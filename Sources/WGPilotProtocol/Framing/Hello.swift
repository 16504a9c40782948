/// The first frame in each direction: who speaks, which version, and how large frames may be.
///
/// The client sends its hello at once; the server answers with its own or with a status on stream 0 and closes.
public struct Hello: Sendable, Hashable, Codable {
    /// The value of ``magic``.
    public static let expectedMagic = "wgpilot"
    /// The version that this code speaks. It changes only when an old peer would misread a new one; new methods, fields
    /// and ignorable frames do not change it.
    public static let currentVersion: UInt32 = 1

    /// Tells a peer that is something else altogether.
    public var magic: String
    /// The protocol's version.
    public var version: UInt32
    /// The largest length field that the sender of this hello accepts; at least ``Frame/leastMaximumLength``.
    public var maximumFrameLength: UInt32
    /// The program and its version, for logs: `wgpilotd/0.1.0`.
    public var agent: String
    /// Only from the server: whom it takes the client for.
    public var caller: CallerIdentity?
    /// Only from the server: the number of calls that may be in flight on the connection at a time. One more is refused.
    public var maximumCalls: UInt32?

    /// Makes a hello of the current version.
    public init(
        maximumFrameLength: UInt32, agent: String, caller: CallerIdentity? = nil, maximumCalls: UInt32? = nil
    ) {
        self.magic = Hello.expectedMagic
        self.version = Hello.currentVersion
        self.maximumFrameLength = maximumFrameLength
        self.agent = agent
        self.caller = caller
        self.maximumCalls = maximumCalls
    }

    /// What is wrong with a hello from a peer, or nil if one can go on.
    public var refusal: RPCError? {
        guard magic == Hello.expectedMagic else {
            return RPCError(
                .invalidArgument, reason: "wrong_protocol", message: "The peer does not speak the WGPilot protocol.")
        }
        guard version == Hello.currentVersion else {
            return RPCError(
                .failedPrecondition, reason: "protocol_version",
                message: "The peer speaks protocol version \(version), this side version \(Hello.currentVersion):"
                    + " install the same release on both.")
        }
        guard maximumFrameLength >= UInt32(Frame.leastMaximumLength) else {
            return RPCError(
                .invalidArgument, reason: "frame_limit_too_small",
                message: "The peer's frame limit of \(maximumFrameLength) bytes is below the least of"
                    + " \(Frame.leastMaximumLength).")
        }
        return nil
    }

    private enum CodingKeys: Int, CodingKey {
        case magic = 1
        case version = 2
        case maximumFrameLength = 3
        case agent = 4
        case caller = 5
        case maximumCalls = 6
    }
}
