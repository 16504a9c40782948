/// The methods about the audit log.
public enum AuditService {
    /// Entries, newest first.
    public static let list = MethodDescriptor<ListAuditRequest, ListAuditReply>(
        service: "wgpilot.v1.Audit", method: "List", requiredRole: .admin, isIdempotent: true,
        isMutation: false)
    /// Entries, oldest first and whole, to keep them elsewhere.
    public static let export = MethodDescriptor<ExportAuditRequest, ExportAuditReply>(
        service: "wgpilot.v1.Audit", method: "Export", requiredRole: .admin, isIdempotent: true,
        isMutation: false)
    /// Follows the chain of hashes from the first entry to the last.
    public static let verify = MethodDescriptor<VerifyAuditRequest, VerifyAuditReply>(
        service: "wgpilot.v1.Audit", method: "Verify", requiredRole: .admin, isIdempotent: true,
        isMutation: false)
}
