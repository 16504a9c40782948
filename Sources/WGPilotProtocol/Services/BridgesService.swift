/// The methods about bridges between networks.
public enum BridgesService {
    /// All bridges.
    public static let list = MethodDescriptor<Empty, ListBridgesReply>(
        service: "wgpilot.v1.Bridges", method: "List", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// One bridge.
    public static let get = MethodDescriptor<BridgeReference, BridgeReply>(
        service: "wgpilot.v1.Bridges", method: "Get", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Joins two networks.
    public static let create = MethodDescriptor<CreateBridgeRequest, BridgeReply>(
        service: "wgpilot.v1.Bridges", method: "Create", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Changes a bridge in place.
    public static let update = MethodDescriptor<UpdateBridgeRequest, BridgeReply>(
        service: "wgpilot.v1.Bridges", method: "Update", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Parts two networks.
    public static let delete = MethodDescriptor<BridgeReference, DeleteReply>(
        service: "wgpilot.v1.Bridges", method: "Delete", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
}
