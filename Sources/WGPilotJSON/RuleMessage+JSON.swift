public import WGPilotProtocol

extension RuleMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("network", network)
        json.field("tag", tag)
        json.field("peer", peer)
        json.field("position", position)
        json.field("action", action)
        json.field("destination", destination)
        json.field("protocol", transport)
        json.field("ports", ports)
        json.field("comment", comment)
        json.field("enabled", enabled)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
    }
}
