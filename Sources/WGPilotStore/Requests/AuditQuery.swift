/// Which entries of the audit log are wanted. Filters that are nil let everything pass.
public struct AuditQuery: Hashable, Sendable {
    /// Which results are wanted.
    public enum Result: Hashable, Sendable {
        /// What was not OK.
        case failed
        /// What the caller was not allowed, or was not known for.
        case refused
        /// This status code, by its name.
        case code(String)
    }

    /// Only entries before this one; nil begins at the newest.
    public var before: Int64?
    /// The most entries.
    public var limit: Int
    /// Only from this time on, in seconds since 1970-01-01 UTC.
    public var since: Int64?
    /// Only up to this time.
    public var until: Int64?
    /// Only by the actor of this name, or of this user id in decimal.
    public var actor: String?
    /// Only methods whose full name begins so; `wgpilot.v1.` may be left out.
    public var method: String?
    /// Only this target, and what it contains.
    public var target: String?
    /// Only with this result.
    public var result: Result?
    /// Only entries with this text somewhere in them, whichever the case of ASCII letters.
    public var text: String?

    /// Asks for a page.
    public init(before: Int64? = nil, limit: Int = 100) {
        self.before = before
        self.limit = limit
    }
}
