import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``AuditService``.
struct AuditHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(AuditService.list) { request, _ in try await list(request) }
        router.register(AuditService.export) { request, _ in try await export(request) }
        router.register(AuditService.verify) { request, _ in try await verify(request) }
    }

    private static let limits: ClosedRange<Int64> = 1...1000
    /// A page ends at about this many bytes, three quarters of what a frame holds.
    private static let pageBytes = 3 << 20

    private func list(_ request: ListAuditRequest) async throws -> ListAuditReply {
        var reader = FieldReader()
        var query = AuditQuery(before: request.cursor, limit: Self.limit(request.limit ?? 100, &reader))
        query.since = request.since
        query.until = request.until
        query.actor = request.actor
        query.method = request.method
        query.target = request.target
        query.text = request.text
        query.result = reader.read("result", request.result, Self.result)
        try reader.check()
        let page = try await hub.stored { [query] () async throws(StoreError) in
            try await hub.store.auditEntries(query)
        }
        let messages = Self.messages(page.items)
        return ListAuditReply(
            entries: messages,
            nextCursor: messages.count < page.items.count ? messages.last?.sequence : page.next)
    }

    private func export(_ request: ExportAuditRequest) async throws -> ExportAuditReply {
        var reader = FieldReader()
        let limit = Self.limit(request.limit ?? 500, &reader)
        try reader.check()
        let page = try await hub.stored { () async throws(StoreError) in
            try await hub.store.auditEntries(after: max(0, request.after ?? 0), limit: limit)
        }
        let messages = Self.messages(page.items)
        return ExportAuditReply(
            entries: messages,
            nextAfter: messages.count < page.items.count ? messages.last?.sequence : page.next)
    }

    private func verify(_ request: VerifyAuditRequest) async throws -> VerifyAuditReply {
        var reader = FieldReader()
        let hash = reader.read("hash", request.hash) { text throws(InvalidValue) in
            guard let hash = AuditHash(hex: text) else {
                throw InvalidValue("a hash is 64 hexadecimal digits in lower case")
            }
            return hash
        }
        if (request.hash == nil) != (request.sequence == nil) {
            reader.add(request.hash == nil ? "hash" : "sequence", "an entry is known by its number and its hash")
        }
        try reader.check()
        let checkpoint = request.sequence.flatMap { sequence in hash.map { (sequence, $0) } }
        let verdict = try await hub.stored { () async throws(StoreError) in
            try await hub.store.verifyAudit(checkpoint)
        }
        return VerifyAuditReply(
            isIntact: verdict.fault == nil, sequence: verdict.sequence, hash: verdict.hash.description,
            firstBad: verdict.fault?.sequence, problem: verdict.fault?.description)
    }

    private static func limit(_ number: Int64, _ reader: inout FieldReader) -> Int {
        guard limits.contains(number) else {
            reader.add("limit", "a page has 1 to \(limits.upperBound) entries")
            return 1
        }
        return Int(number)
    }

    private static func result(_ text: String) throws(InvalidValue) -> AuditQuery.Result {
        switch text {
        case "failed": return .failed
        case "refused": return .refused
        default:
            guard let code = StatusCode.allCases.first(where: { $0.name == text.uppercased() }) else {
                throw InvalidValue("a result is failed, refused or the name of a status code such as NOT_FOUND")
            }
            return .code(code.name)
        }
    }

    /// As many as one message holds, at least one.
    private static func messages(_ items: [AuditPage.Item]) -> [AuditEntryMessage] {
        var bytes = 0
        var messages: [AuditEntryMessage] = []
        for item in items {
            let message = AuditEntryMessage(item)
            bytes += message.sizeEstimate
            if bytes > pageBytes && !messages.isEmpty { break }
            messages.append(message)
        }
        return messages
    }
}

extension AuditEntryMessage {
    /// An entry as it goes over the wire.
    fileprivate init(_ item: AuditPage.Item) {
        let entry = item.entry
        self.init(
            sequence: entry.sequence, time: entry.time, actorKind: entry.actor.kind.rawValue, actor: entry.actor.name,
            uid: entry.actor.uid.map { Int64($0) }, tokenID: entry.actor.tokenID, origin: entry.origin,
            method: entry.method, target: entry.target, result: entry.result, reason: entry.reason,
            requestID: entry.requestID, count: entry.count,
            changes: entry.changes.map { change in
                AuditChangeMessage(
                    action: change.action.rawValue, kind: change.kind, name: change.name,
                    fields: change.fields.map {
                        AuditFieldMessage(field: $0.field, before: $0.before, after: $0.after)
                    })
            }, omittedChanges: entry.omittedChanges, previousHash: item.previous.description,
            hash: item.hash.description)
    }

    /// About how many bytes it has on the wire.
    fileprivate var sizeEstimate: Int {
        changes.reduce(512 + target.utf8.count + actor.utf8.count) { sum, change in
            change.fields.reduce(sum + 32 + change.name.utf8.count) { sum, field in
                sum + 16 + field.field.utf8.count + (field.before?.utf8.count ?? 0) + (field.after?.utf8.count ?? 0)
            }
        }
    }
}
