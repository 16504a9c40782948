public import WGPilotProtocol

extension ImportNetworkReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("network", network)
        json.field("peers", peers)
        json.field("notes", notes)
    }
}
