public import WGPilotProtocol

extension PeerSessionMessage: JSONObjectWritable {
    /// How long it went on, or has gone on so far.
    public var seconds: Int64 {
        let (seconds, overflow) = (endedAt ?? lastSeenAt).subtractingReportingOverflow(startedAt)
        return overflow ? 0 : max(0, seconds)
    }

    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("started_at", startedAt)
        json.field("ended_at", endedAt)
        json.field("last_seen_at", lastSeenAt)
        json.field("seconds", seconds)
        json.field("received", received)
        json.field("sent", sent)
        json.field("endpoints", endpoints)
    }
}

extension SessionEndpointMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("at", at)
        json.field("endpoint", endpoint)
    }
}
