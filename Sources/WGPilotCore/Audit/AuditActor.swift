/// Who did something, as the audit log names them.
public struct AuditActor: Hashable, Sendable {
    /// The kinds of actors.
    public enum Kind: String, CaseIterable, Sendable {
        /// The daemon itself: a time that was up, a repair.
        case daemon
        /// A user of this machine, by the kernel's word.
        case user
        /// Whoever bears an API token, through the gateway.
        case token
        /// A user of the web page, through the gateway.
        case web
    }

    /// The kind.
    public var kind: Kind
    /// The name: the account's, the token's, or `wgpilotd`. Cut to ``AuditEntry/longestText`` Unicode scalars.
    public var name: String
    /// The user id that the kernel gave for the connection; absent for the daemon itself.
    public var uid: UInt32?
    /// The number of the token.
    public var tokenID: Int64?

    /// Makes it from its parts.
    public init(kind: Kind, name: String, uid: UInt32? = nil, tokenID: Int64? = nil) {
        self.kind = kind
        self.name = AuditEntry.cut(name)
        self.uid = uid
        self.tokenID = tokenID
    }

    /// The daemon itself.
    public static let daemon = AuditActor(kind: .daemon, name: "wgpilotd")
}
