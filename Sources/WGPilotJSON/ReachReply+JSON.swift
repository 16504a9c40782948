public import WGPilotProtocol

extension ReachReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("paths") { json in
            json.array(paths) { json, path in
                json.object { json in
                    json.field("source", path.source)
                    json.field("destination", path.destination)
                    json.field("allowed", path.allowed)
                    json.field("reason", path.reason)
                    json.field("rule", path.rule)
                    json.field("bridge", path.bridge)
                }
            }
        }
        json.field("notes", notes)
    }
}
