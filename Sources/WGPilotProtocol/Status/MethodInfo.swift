/// What is known of a method without its message types: for tables, authorization, the audit log and logs.
public struct MethodInfo: Sendable, Hashable {
    /// The name on the wire: `wgpilot.v1.Peers/Create`.
    public let fullName: String
    /// How many messages answer a call.
    public let kind: MethodKind
    /// The least role that may call the method.
    public let requiredRole: Role
    /// Whether calling it twice leaves the same state as calling it once, so that a client may repeat it after a lost
    /// connection.
    public let isIdempotent: Bool
    /// Whether a call changes something: such calls are kept in the audit log.
    public let isMutation: Bool

    /// Makes the erased form of a descriptor; ``MethodDescriptor/info`` and ``StreamDescriptor/info`` are the usual way.
    public init(fullName: String, kind: MethodKind, requiredRole: Role, isIdempotent: Bool, isMutation: Bool) {
        self.fullName = fullName
        self.kind = kind
        self.requiredRole = requiredRole
        self.isIdempotent = isIdempotent
        self.isMutation = isMutation
    }
}
