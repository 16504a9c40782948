public import WGPilotProtocol

extension ResolveDriftReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("steps", steps)
        json.field("done", done)
    }
}
