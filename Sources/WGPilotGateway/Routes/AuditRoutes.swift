import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/audit`.
struct AuditRoutes: Routes {
    let daemon: Daemon

    private static let listing: [Schema.Field] = [
        .init("cursor", .identifier, "Where the last page ended."),
        .init("limit", .integer(1...1000), "The most entries to answer; by default 100."),
        .init("since", .time, "Only from this time on."), .init("until", .time, "Only up to this time."),
        .init("actor", .name, "Only by this one."), .init("method", .name, "Only methods that begin so."),
        .init("target", .line, "Only this thing."),
        .init("result", .name, "Only this status; `failed` is all but OK, `refused` what the caller may not."),
        .init("text", .line, "Only entries with this text in them."),
    ]

    func add(to router: GatewayRouter) {
        let list = Operation("listAudit", area: "Audit", "The audit log, newest first.", access: .role("admin"))
            .asking(Self.listing).answering(Schemas.auditList)
        router.api(.get, "/api/audit", list) { request in
            let reply = try await daemon.call(AuditService.list, Self.listed(request.query), for: request.context)
            return .json { json in
                json.object { json in
                    json.field("entries", reply.entries)
                    json.field("next_cursor", reply.nextCursor)
                }
            }
        }
        let export = Operation("exportAudit", area: "Audit", "The audit log, oldest first.", access: .role("admin"))
            .asking([
                .init("after", .count, "Only entries behind this one."),
                .init("limit", .integer(1...1000), "The most entries to answer; by default 500."),
            ]).answering(Schemas.auditExport)
        router.api(.get, "/api/audit/export", export) { request in
            let message = ExportAuditRequest(
                after: request.query.integer("after"), limit: request.query.integer("limit"))
            let reply = try await daemon.call(AuditService.export, message, for: request.context)
            return .json { json in
                json.object { json in
                    json.field("entries", reply.entries)
                    json.field("next_after", reply.nextAfter)
                }
            }
        }
        let verify = Operation(
            "verifyAudit", area: "Audit", "Whether the log is as it was written.", access: .role("admin")
        ).asking([
            .init("sequence", .identifier, "An entry that is known from elsewhere."),
            .init("hash", .text(longest: 64), "Its hash."),
        ]).answering(Schemas.auditVerdict)
        router.api(.get, "/api/audit/verify", verify) { request in
            let message = VerifyAuditRequest(
                sequence: request.query.integer("sequence"), hash: request.query.text("hash"))
            let reply = try await daemon.call(
                AuditService.verify, message, for: request.context, timeout: .seconds(120))
            return .json { json in
                json.object { json in
                    json.field("intact", reply.isIntact)
                    json.field("sequence", reply.sequence)
                    json.field("hash", reply.hash)
                    json.field("first_bad", reply.firstBad)
                    json.field("problem", reply.problem)
                }
            }
        }
    }

    private static func listed(_ query: Query) -> ListAuditRequest {
        ListAuditRequest(
            cursor: query.integer("cursor"), limit: query.integer("limit"), since: query.integer("since"),
            until: query.integer("until"), actor: query.text("actor"), method: query.text("method"),
            target: query.text("target"), result: query.text("result"), text: query.text("text"))
    }
}
