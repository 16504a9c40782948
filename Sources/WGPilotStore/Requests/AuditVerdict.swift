public import WGPilotCore

/// What came of the verification of the audit log.
public struct AuditVerdict: Hashable, Sendable {
    /// The last entry as the log's head names it; 0 for none.
    public var sequence: Int64
    /// Its hash.
    public var hash: AuditHash
    /// The first entry that is not as it was written; nil where all are.
    public var fault: AuditFault?
}
