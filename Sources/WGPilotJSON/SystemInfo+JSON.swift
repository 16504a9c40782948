public import WGPilotProtocol

extension SystemInfo: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("version", version)
        json.field("backend", backend)
        json.field("backend_version", backendVersion)
        json.field("role", role)
        json.field("endpoint_host", endpointHost)
        json.field("endpoint_is_guess", endpointIsGuess)
        json.field("started_at", startedAt)
        json.field("peers", peers)
        json.field("online", online)
        json.field("pending", pending)
        json.field("foreign_interfaces", foreignInterfaces)
    }
}
