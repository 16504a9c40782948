public import WGPilotProtocol

extension RegenerateKeysReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("network", network)
        json.field("rotated_peers", rotatedPeers)
        json.field("kept_peers", keptPeers)
    }
}
