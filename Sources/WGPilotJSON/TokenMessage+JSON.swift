public import WGPilotProtocol

extension TokenMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("name", name)
        json.field("role", role)
        json.field("created_by", createdBy)
        json.field("created_at", createdAt)
        json.field("expires_at", expiresAt)
        json.field("last_used_at", lastUsedAt)
    }
}
