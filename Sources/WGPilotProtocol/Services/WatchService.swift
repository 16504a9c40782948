/// Following the hub as it changes.
public enum WatchService {
    /// A snapshot, then what changes: networks, peers and their status. Can be resumed.
    public static let changes = StreamDescriptor<WatchRequest, WatchEvent>(
        service: "wgpilot.v1.Watch", method: "Changes", requiredRole: .viewer, isIdempotent: true, isMutation: false)
}
