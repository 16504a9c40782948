public import WGPilotProtocol

extension ConnectionMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("protocol", transport)
        json.field("state", state)
        json.field("original", original)
        json.field("reply", reply)
        json.field("initiator_peer", initiatorPeer)
        json.field("responder_peer", responderPeer)
        json.field("replied", replied)
        json.field("assured", assured)
        json.field("timeout", timeout)
        json.field("started_at", startedAt)
        json.field("mark", mark)
        json.field("zone", zone)
        json.field("icmp_type", icmpType)
        json.field("icmp_code", icmpCode)
        json.field("icmp_id", icmpID)
    }
}

extension FlowMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("source", source)
        json.field("source_port", sourcePort)
        json.field("destination", destination)
        json.field("destination_port", destinationPort)
        json.field("packets", packets)
        json.field("bytes", bytes)
    }
}
