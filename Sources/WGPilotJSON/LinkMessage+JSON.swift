public import WGPilotProtocol

extension LinkMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("network_id", networkID)
        json.field("peer_id", peerID)
        json.field("peer", peer)
        json.field("created_by", createdBy)
        json.field("created_at", createdAt)
        json.field("expires_at", expiresAt)
    }
}
