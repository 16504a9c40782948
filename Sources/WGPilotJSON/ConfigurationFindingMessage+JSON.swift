public import WGPilotProtocol

extension ConfigurationFindingMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("code", code)
        json.field("message", message)
    }
}
