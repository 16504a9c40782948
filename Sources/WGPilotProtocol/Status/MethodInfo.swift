/// What is known of a method without its message types: for tables, authorization and logs.
public struct MethodInfo: Sendable, Hashable {
    /// The name on the wire: `wgpilot.v1.Peers/Create`.
    public let fullName: String
    /// The least role that may call the method.
    public let requiredRole: Role
    /// Whether calling it twice leaves the same state as calling it once, so that a client may repeat it after a lost
    /// connection.
    public let isIdempotent: Bool

    /// Makes the erased form of a descriptor; ``MethodDescriptor/info`` is the usual way.
    public init(fullName: String, requiredRole: Role, isIdempotent: Bool) {
        self.fullName = fullName
        self.requiredRole = requiredRole
        self.isIdempotent = isIdempotent
    }
}
