import WGPilotProtocol

extension SyncMessage {
    /// Whether a change is live, as it goes over the wire.
    init(_ result: SyncResult) {
        self.init(
            isPending: !result.pending.isEmpty,
            reason: result.pending.isEmpty ? nil : result.pending.joined(separator: "; "))
    }
}
