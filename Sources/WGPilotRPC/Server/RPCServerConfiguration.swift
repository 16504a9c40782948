public import Logging
internal import WGPilotProtocol

/// What a server does, wherever it listens.
public struct RPCServerConfiguration: Sendable {
    /// What a server allows at most.
    public struct Limits: Sendable, Hashable {
        /// The largest length field of a frame that it accepts; see `Frame`.
        public var maximumFrameLength = Frame.defaultMaximumLength
        /// Connections at a time. One more is told so and closed.
        public var maximumConnections = 256
        /// Connections at a time of one user other than root, so that one user cannot lock out the rest.
        public var maximumConnectionsPerUser = 32
        /// Calls in flight on one connection. With that many the server reads no more from it until one is answered and
        /// the answer is off to the client, so a client that does not read cannot make the server grow.
        public var maximumCallsPerConnection = 64
        /// The time a client has for its hello.
        public var helloTimeout: Duration = .seconds(5)
        /// The time after which a connection without calls is closed; nil for never.
        public var idleTimeout: Duration?
        /// The time that calls in flight have to finish after ``RPCServer/beginShutdown()``.
        public var drainTimeout: Duration = .seconds(10)
        /// The longest deadline that a caller can set; a longer one is cut to it.
        public var maximumDeadline: Duration = .seconds(24 * 60 * 60)

        /// Makes the default limits.
        public init() {}
    }

    /// The methods.
    public var router: RPCRouter
    /// What the server calls itself in its hello: `wgpilotd/0.1.0`.
    public var agent: String
    /// See ``Limits``.
    public var limits: Limits
    /// The name of the role that a caller has, told in the hello. It grants nothing: interceptors do that.
    public var callerRole: @Sendable (PeerCredentials) -> String
    /// Where errors of handlers and of connections are logged.
    public var logger: Logger

    /// Makes a configuration.
    public init(
        router: RPCRouter,
        agent: String,
        limits: Limits = Limits(),
        logger: Logger,
        callerRole: @escaping @Sendable (PeerCredentials) -> String
    ) {
        self.router = router
        self.agent = agent
        self.limits = limits
        self.logger = logger
        self.callerRole = callerRole
    }
}
