public import WGPilotProtocol

extension HistoryReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("from", from)
        json.field("to", to)
        json.field("granularity", granularity)
        json.field("received", received)
        json.field("sent", sent)
        json.field("sampled_at", sampledAt)
        json.field("points", points)
    }
}

extension HistoryPointMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("start", start)
        json.field("received", received)
        json.field("sent", sent)
        json.field("watched", watched)
    }
}
