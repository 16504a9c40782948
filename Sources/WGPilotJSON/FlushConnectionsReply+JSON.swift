public import WGPilotProtocol

extension FlushConnectionsReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("dry_run", dryRun)
        json.field("count", count)
    }
}
