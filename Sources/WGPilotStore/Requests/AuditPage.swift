public import WGPilotCore

/// Entries of the audit log, each with what it follows and its own hash.
public struct AuditPage: Hashable, Sendable {
    /// An entry as it is stored.
    public struct Item: Hashable, Sendable {
        /// The entry.
        public let entry: AuditEntry
        /// The hash of the entry before it; that of no entry where there is none.
        public let previous: AuditHash
        /// Its own hash.
        public let hash: AuditHash
    }

    /// The entries.
    public var items: [Item]
    /// Where to go on; nil at the end.
    public var next: Int64?
}
