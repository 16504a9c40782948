/// The methods about networks.
public enum NetworksService {
    /// All networks.
    public static let list = MethodDescriptor<Empty, ListNetworksReply>(
        service: "wgpilot.v1.Networks", method: "List", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// One network.
    public static let get = MethodDescriptor<NetworkReference, NetworkReply>(
        service: "wgpilot.v1.Networks", method: "Get", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Makes a network and its interface.
    public static let create = MethodDescriptor<CreateNetworkRequest, NetworkReply>(
        service: "wgpilot.v1.Networks", method: "Create", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Changes a network in place.
    public static let update = MethodDescriptor<UpdateNetworkRequest, NetworkReply>(
        service: "wgpilot.v1.Networks", method: "Update", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Removes a network with all its peers and its interface.
    public static let delete = MethodDescriptor<NetworkReference, DeleteReply>(
        service: "wgpilot.v1.Networks", method: "Delete", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Brings a network's interface up.
    public static let enable = MethodDescriptor<NetworkReference, NetworkReply>(
        service: "wgpilot.v1.Networks", method: "Enable", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Takes a network's interface away; the network and its peers are kept.
    public static let disable = MethodDescriptor<NetworkReference, NetworkReply>(
        service: "wgpilot.v1.Networks", method: "Disable", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Makes a network of a running interface, a wg-quick file, or both.
    public static let importNetwork = MethodDescriptor<ImportNetworkRequest, ImportNetworkReply>(
        service: "wgpilot.v1.Networks", method: "Import", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Gives the hub a new key in a network, and where wanted its peers: every client must import again.
    public static let regenerateKeys = MethodDescriptor<RegenerateKeysRequest, RegenerateKeysReply>(
        service: "wgpilot.v1.Networks", method: "RegenerateKeys", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// A network as a wg-quick file, secrets included: the hub's private key is for admins alone.
    public static let export = MethodDescriptor<NetworkReference, ExportNetworkReply>(
        service: "wgpilot.v1.Networks", method: "Export", requiredRole: .admin, isIdempotent: true,
        isMutation: false)
    /// What flowed between the hub and all peers of a network, over time.
    public static let history = MethodDescriptor<NetworkHistoryRequest, HistoryReply>(
        service: "wgpilot.v1.Networks", method: "History", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
}
