/// The methods about peers.
public enum PeersService {
    /// A page of a network's peers, with their status.
    public static let list = MethodDescriptor<ListPeersRequest, ListPeersReply>(
        service: "wgpilot.v1.Peers", method: "List", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// One peer, with its status.
    public static let get = MethodDescriptor<PeerReference, PeerReply>(
        service: "wgpilot.v1.Peers", method: "Get", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Makes a peer: its keys, its address, its place in the kernel.
    public static let create = MethodDescriptor<CreatePeerRequest, PeerReply>(
        service: "wgpilot.v1.Peers", method: "Create", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Makes many peers, all or none, in one transaction and one batch for the kernel.
    public static let createBatch = MethodDescriptor<CreatePeersRequest, PeersReply>(
        service: "wgpilot.v1.Peers", method: "CreateBatch", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Changes a peer in place; the kernel sees only what changed.
    public static let update = MethodDescriptor<UpdatePeerRequest, PeerReply>(
        service: "wgpilot.v1.Peers", method: "Update", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Removes a peer from the kernel and the database.
    public static let delete = MethodDescriptor<PeerReference, DeleteReply>(
        service: "wgpilot.v1.Peers", method: "Delete", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Admits a peer again.
    public static let enable = MethodDescriptor<PeerReference, PeerReply>(
        service: "wgpilot.v1.Peers", method: "Enable", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Takes a peer out of the kernel; it keeps its name, keys and address.
    public static let disable = MethodDescriptor<PeerReference, PeerReply>(
        service: "wgpilot.v1.Peers", method: "Disable", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Gives a peer new keys, at once or prepared for later.
    public static let rotateKeys = MethodDescriptor<RotateKeysRequest, PeerReply>(
        service: "wgpilot.v1.Peers", method: "RotateKeys", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// A client's configuration file, secrets included.
    public static let config = MethodDescriptor<PeerReference, PeerConfigReply>(
        service: "wgpilot.v1.Peers", method: "Config", requiredRole: .operator, isIdempotent: true,
        isMutation: false)
    /// The connections of a peer or a network through the hub, as the kernel tracks them. Who talks to whom and how much
    /// is more than a viewer is to know of others, who sees of each only that it is online; and the first call has the
    /// kernel count. So it takes an operator.
    public static let connections = StreamDescriptor<ConnectionsRequest, ConnectionsEvent>(
        service: "wgpilot.v1.Peers", method: "Connections", requiredRole: .operator, isIdempotent: true,
        isMutation: false)
    /// Has the kernel forget connections, so that what comes next is judged anew by the rules.
    public static let flushConnections = MethodDescriptor<FlushConnectionsRequest, FlushConnectionsReply>(
        service: "wgpilot.v1.Peers", method: "FlushConnections", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// What flowed between the hub and a peer, over time.
    public static let history = MethodDescriptor<PeerHistoryRequest, HistoryReply>(
        service: "wgpilot.v1.Peers", method: "History", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// When a peer was online, from where, and what flowed meanwhile.
    public static let sessions = MethodDescriptor<SessionsRequest, SessionsReply>(
        service: "wgpilot.v1.Peers", method: "Sessions", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Clears away what is remembered of a peer's traffic and sessions.
    public static let purgeHistory = MethodDescriptor<PurgeHistoryRequest, PurgeHistoryReply>(
        service: "wgpilot.v1.Peers", method: "PurgeHistory", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
}
