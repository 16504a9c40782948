public import WGPilotProtocol

/// What is known of one call besides its message.
public struct ServerContext: Sendable {
    /// The method that was called.
    public let method: MethodInfo
    /// Who is at the other end of the connection, by the kernel's word.
    public let credentials: PeerCredentials
    /// What the caller sent beside the message. Nothing in it is to be trusted unchecked.
    public let metadata: Metadata
    /// When the caller stops waiting; nil for never. The server enforces it; a handler may use it to give up early.
    public let deadline: ContinuousClock.Instant?
    /// The id for logs: the caller's, or one made here. 1 to 64 characters of `[A-Za-z0-9._-]`.
    public let requestID: String
    /// The message as it came, which nobody has looked at yet.
    public let message: ArraySlice<UInt8>

    private var values: [ObjectIdentifier: any Sendable] = [:]

    /// Makes a context: for the server, and for tests of handlers and interceptors.
    public init(
        method: MethodInfo,
        credentials: PeerCredentials,
        metadata: Metadata = [:],
        deadline: ContinuousClock.Instant? = nil,
        requestID: String = "none",
        message: ArraySlice<UInt8> = []
    ) {
        self.method = method
        self.credentials = credentials
        self.metadata = metadata
        self.deadline = deadline
        self.requestID = requestID
        self.message = message
    }

    /// The value that an interceptor left under `key`, or nil.
    public subscript<Key: ServerContextKey>(key: Key.Type) -> Key.Value? {
        get { values[ObjectIdentifier(key)] as? Key.Value }
        set { values[ObjectIdentifier(key)] = newValue }
    }
}
