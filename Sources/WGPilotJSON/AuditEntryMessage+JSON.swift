public import WGPilotProtocol

extension AuditEntryMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("sequence", sequence)
        json.field("time", time)
        json.field("actor_kind", actorKind)
        json.field("actor", actor)
        json.field("uid", uid)
        json.field("token_id", tokenID)
        json.field("origin", origin)
        json.field("method", method)
        json.field("target", target)
        json.field("result", result)
        json.field("reason", reason)
        json.field("request_id", requestID)
        json.field("count", count)
        json.field("changes") { json in
            json.array(changes) { json, change in
                json.object { json in
                    json.field("action", change.action)
                    json.field("kind", change.kind)
                    json.field("name", change.name)
                    json.field("fields") { json in
                        json.array(change.fields) { json, field in
                            json.object { json in
                                json.field("field", field.field)
                                json.field("before", field.before)
                                json.field("after", field.after)
                            }
                        }
                    }
                }
            }
        }
        json.field("omitted_changes", omittedChanges)
        json.field("previous_hash", previousHash)
        json.field("hash", hash)
    }
}
