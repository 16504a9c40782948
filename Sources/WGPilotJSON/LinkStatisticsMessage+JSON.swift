public import WGPilotProtocol

extension LinkStatisticsMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("received_bytes", receivedBytes)
        json.field("received_packets", receivedPackets)
        json.field("receive_errors", receiveErrors)
        json.field("receive_drops", receiveDrops)
        json.field("sent_bytes", sentBytes)
        json.field("sent_packets", sentPackets)
        json.field("send_errors", sendErrors)
        json.field("send_drops", sendDrops)
    }
}
