import WGPilotProtocol

extension SyncMessage {
    /// Whether a change is live, as it goes over the wire.
    init(_ result: SyncResult) {
        let reasons = result.pending + result.undecided
        self.init(isPending: !reasons.isEmpty, reason: reasons.isEmpty ? nil : reasons.joined(separator: "; "))
    }
}
