/// The methods about the daemon itself.
public enum SystemService {
    /// What the daemon is and how it stands.
    public static let info = MethodDescriptor<Empty, SystemInfo>(
        service: "wgpilot.v1.System", method: "Info", requiredRole: .viewer, isIdempotent: true)
    /// That it lives; the one thing the gateway may ask without a user.
    public static let health = MethodDescriptor<Empty, HealthReply>(
        service: "wgpilot.v1.System", method: "Health", requiredRole: .gateway, isIdempotent: true)
    /// Compares kernel and database now, and repairs.
    public static let reconcile = MethodDescriptor<Empty, ReconcileReply>(
        service: "wgpilot.v1.System", method: "Reconcile", requiredRole: .operator, isIdempotent: true)
}
