public import WGPilotProtocol

extension SyncMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("pending", isPending)
        json.field("reason", reason)
    }
}

extension ChangeMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("dry_run", dryRun)
        json.field("plan", plan)
        json.field("confirm_by", confirmBy)
    }
}
