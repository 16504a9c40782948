import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// The answers of changes: the thing as it is now, and beside its fields what became of the change.
enum ChangeAnswer {
    /// An answer with `sync` and `change` beside the fields of the thing.
    static func of(
        _ value: some JSONObjectWritable, _ sync: SyncMessage?, _ change: ChangeMessage?, _ operation: Operation,
        version: Int64? = nil, _ more: (inout JSONText) -> Void = { _ in }
    ) -> Response {
        var headers: HTTPFields = [:]
        // What a dry run shows is not there.
        if let version, change?.dryRun != true { headers[.eTag] = EntityTag.of(version) }
        let status = change?.dryRun == true ? .ok : operation.status
        return .json(status, headers: headers) { json in
            json.object { json in
                value.writeFields(to: &json)
                json.field("sync", sync)
                json.field("change", change)
                more(&json)
            }
        }
    }

    /// That something is gone.
    static func of(_ reply: DeleteReply) -> Response {
        .json { json in
            json.object { json in
                json.field("deleted", reply.change?.dryRun != true)
                json.field("also_removed", reply.alsoRemoved ?? [])
                json.field("sync", reply.sync)
                json.field("change", reply.change)
            }
        }
    }

    /// A thing that was read, with its ETag, for edits alone: a conditional read of what moves by itself would hide that it
    /// moved, as only the settings have versions.
    static func read(_ value: some JSONObjectWritable, version: Int64) -> RenderedAnswer {
        RenderedAnswer(headers: [.eTag: EntityTag.of(version)]) { value.write(to: &$0) }
    }

    /// A list under one name.
    static func list(_ name: StaticString, _ values: [some JSONWritable]) -> Response {
        .json { json in json.object { $0.field(name, values) } }
    }
}
