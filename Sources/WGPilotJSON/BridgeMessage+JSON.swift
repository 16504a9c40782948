public import WGPilotProtocol

extension BridgeMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("network_a", networkA)
        json.field("network_b", networkB)
        json.field("direction", direction)
        json.field("allowed_cidrs", allowedCIDRs)
        json.field("enabled", enabled)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
    }
}
