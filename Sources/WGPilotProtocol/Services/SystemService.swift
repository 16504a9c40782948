/// The methods about the daemon itself.
public enum SystemService {
    /// What the daemon is and how it stands.
    public static let info = MethodDescriptor<Empty, SystemInfo>(
        service: "wgpilot.v1.System", method: "Info", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// That it lives; the one thing the gateway may ask without a user.
    public static let health = MethodDescriptor<Empty, HealthReply>(
        service: "wgpilot.v1.System", method: "Health", requiredRole: .gateway, isIdempotent: true,
        isMutation: false)
    /// Compares kernel and database now, and repairs.
    public static let reconcile = MethodDescriptor<ReconcileRequest, ReconcileReply>(
        service: "wgpilot.v1.System", method: "Reconcile", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// How the machine stands, what drifted, and what was repaired.
    public static let drift = MethodDescriptor<Empty, DriftReply>(
        service: "wgpilot.v1.System", method: "Drift", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Decides on something that drifted.
    public static let resolveDrift = MethodDescriptor<ResolveDriftRequest, ResolveDriftReply>(
        service: "wgpilot.v1.System", method: "ResolveDrift", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// The change that waits to be confirmed.
    public static let pendingChange = MethodDescriptor<Empty, PendingChangeReply>(
        service: "wgpilot.v1.System", method: "PendingChange", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Keeps the change that waits to be confirmed.
    public static let confirm = MethodDescriptor<Empty, PendingChangeReply>(
        service: "wgpilot.v1.System", method: "Confirm", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Undoes the change that waits to be confirmed, without waiting for its time.
    public static let undo = MethodDescriptor<Empty, PendingChangeReply>(
        service: "wgpilot.v1.System", method: "Undo", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
}
