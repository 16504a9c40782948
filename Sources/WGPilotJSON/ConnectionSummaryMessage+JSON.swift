public import WGPilotProtocol

extension ConnectionSummaryMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("connections", all.count)
        json.field("sent", all.sent)
        json.field("received", all.received)
        json.field("shown", shown)
        json.field("accounting", accounting)
        json.field("accounting_note", accountingNote)
        json.field("protocols") { $0.array(protocols) { Self.write($1, "protocol", to: &$0) } }
        if let peers { json.field("peers") { $0.array(peers) { Self.write($1, "peer", to: &$0) } } }
        json.field("destinations") { $0.array(destinations) { Self.write($1, "address", to: &$0) } }
    }

    private static func write(_ total: ConnectionTotalMessage, _ name: StaticString, to json: inout JSONText) {
        json.object { json in
            json.field(name, total.name)
            json.field("connections", total.count)
            json.field("sent", total.sent)
            json.field("received", total.received)
        }
    }
}
