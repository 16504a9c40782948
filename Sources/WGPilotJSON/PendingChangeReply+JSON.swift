public import WGPilotProtocol

extension PendingChangeReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("description", description)
        json.field("confirm_by", confirmBy)
    }
}
