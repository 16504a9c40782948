/// The methods about the sessions of the web page's users: the own ones, and those of others for admins.
public enum SessionsService {
    /// The sessions that are good.
    public static let list = MethodDescriptor<ListSessionsRequest, ListSessionsReply>(
        service: "wgpilot.v1.Sessions", method: "List", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Ends sessions.
    public static let revoke = MethodDescriptor<RevokeSessionsRequest, ListSessionsReply>(
        service: "wgpilot.v1.Sessions", method: "Revoke", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
}
