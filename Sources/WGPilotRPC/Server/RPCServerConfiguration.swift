public import Logging
internal import NIOCore
internal import WGPilotProtocol

/// What a server does, wherever it listens.
public struct RPCServerConfiguration: Sendable {
    /// What a server allows at most.
    public struct Limits: Sendable, Hashable {
        /// The largest length field of a frame that it accepts; see `Frame`.
        public var maximumFrameLength = Frame.defaultMaximumLength
        /// Connections at a time, with those whose handlers are still at work. One more is told so and closed.
        public var maximumConnections = 2048
        /// Connections at a time of one user other than root, so that one user cannot lock out the rest.
        public var maximumConnectionsPerUser = 32
        /// Calls in flight on one connection, told in the hello. One more is refused with `too_many_calls`.
        public var maximumCallsPerConnection = 64
        /// The bytes that the keys and values of a call's metadata may have together. A call with more is refused with
        /// `metadata_too_large`.
        public var maximumMetadataBytes = 8192
        /// The calls in a second that one user other than root may make on all its connections together; as many as in
        /// two seconds may come at once. One more is refused with `too_many_requests`. 0 for any number.
        public var maximumCallsPerSecond = 1000
        /// The same for the users that ``RPCServerConfiguration/isIntermediary`` names, each of which speaks for many
        /// others. 0 for any number.
        public var maximumIntermediaryCallsPerSecond = 20_000
        /// The time a client has for its hello.
        public var helloTimeout: Duration = .seconds(5)
        /// The time after which a connection without calls is closed; nil for never.
        public var idleTimeout: Duration?
        /// How long a client with a stream open may be silent before the server asks it for a sign of life; nil for ever.
        public var keepaliveInterval: Duration? = .seconds(30)
        /// The time that a client has for that sign of life before its connection is closed.
        public var keepaliveTimeout: Duration = .seconds(20)
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
    /// The full names of methods that compute the longer the more there is: their handlers never run on an event loop, whose
    /// connections would all wait meanwhile.
    public var heavyMethods: Set<String> = []
    /// Where those of these handlers run that change nothing; nil for Swift's own threads, where the others do.
    public var heavyLane: BackgroundLane?
    /// The name of the role that a caller has, told in the hello. It grants nothing: interceptors do that.
    public var callerRole: @Sendable (PeerCredentials) -> String
    /// Whether a user of the machine speaks for many others, and so has an allowance of calls of its own.
    public var isIntermediary: @Sendable (_ uid: UInt32) -> Bool = { _ in false }
    /// Where errors of handlers and of connections are logged.
    public var logger: Logger
    /// The clock that calls are counted by. Tests have their own.
    var now: @Sendable () -> NIODeadline = { .now() }

    /// The calls a second that a user other than root may make; 0 for any number.
    func callsPerSecond(of uid: UInt32) -> Int {
        isIntermediary(uid) ? limits.maximumIntermediaryCallsPerSecond : limits.maximumCallsPerSecond
    }

    /// Makes a configuration.
    public init(
        router: RPCRouter,
        agent: String,
        limits: Limits = Limits(),
        logger: Logger,
        heavyMethods: Set<String> = [],
        heavyLane: BackgroundLane? = nil,
        callerRole: @escaping @Sendable (PeerCredentials) -> String
    ) {
        self.router = router
        self.agent = agent
        self.limits = limits
        self.logger = logger
        self.heavyMethods = heavyMethods
        self.heavyLane = heavyLane
        self.callerRole = callerRole
    }
}
