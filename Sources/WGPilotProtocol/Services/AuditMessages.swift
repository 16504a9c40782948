/// Which entries of the audit log to list. What is absent lets everything pass.
public struct ListAuditRequest: Codable, Sendable, Equatable {
    /// Where the last page ended; absent for the newest.
    public var cursor: Int64?
    /// The most entries to answer, 1…1000; absent is 100.
    public var limit: Int64?
    /// Only from this time on, in seconds since 1970-01-01 UTC.
    public var since: Int64?
    /// Only up to this time, in seconds since 1970-01-01 UTC.
    public var until: Int64?
    /// Only by the actor of this name, or of this user id in decimal.
    public var actor: String?
    /// Only methods whose name begins so; `wgpilot.v1.` may be left out.
    public var method: String?
    /// Only this target, and for a network its peers.
    public var target: String?
    /// Only this status code by its name; `failed` is all but OK, `refused` is what the caller may not.
    public var result: String?
    /// Only entries with this text in them, whichever the case of ASCII letters.
    public var text: String?

    enum CodingKeys: Int, CodingKey {
        case cursor = 1
        case limit = 2
        case since = 3
        case until = 4
        case actor = 5
        case method = 6
        case target = 7
        case result = 8
        case text = 9
    }

    /// Makes the message from its fields.
    public init(
        cursor: Int64? = nil, limit: Int64? = nil, since: Int64? = nil, until: Int64? = nil, actor: String? = nil,
        method: String? = nil, target: String? = nil, result: String? = nil, text: String? = nil
    ) {
        self.cursor = cursor
        self.limit = limit
        self.since = since
        self.until = until
        self.actor = actor
        self.method = method
        self.target = target
        self.result = result
        self.text = text
    }
}

/// A page of the audit log.
public struct ListAuditReply: Codable, Sendable, Equatable {
    /// The entries, newest first. There may be fewer than asked for, even none, on a page that is not the last.
    public var entries: [AuditEntryMessage]
    /// What to ask for the next page with; absent on the last.
    public var nextCursor: Int64?

    enum CodingKeys: Int, CodingKey {
        case entries = 1
        case nextCursor = 2
    }

    /// Makes the message from its fields.
    public init(
        entries: [AuditEntryMessage], nextCursor: Int64? = nil
    ) {
        self.entries = entries
        self.nextCursor = nextCursor
    }
}

/// An entry of the audit log. Without its field `hash` it is what that hash is made of.
public struct AuditEntryMessage: Codable, Sendable, Equatable {
    /// Its place in the log, from 1, without gaps.
    public var sequence: Int64
    /// When, in seconds since 1970-01-01 UTC.
    public var time: Int64
    /// `user` for a user of the machine, `token` for an API token, `daemon` for the daemon itself.
    public var actorKind: String
    /// The name of the user or token; a user without a name is its uid.
    public var actor: String
    /// The user id at the other end of the socket; with a token that of the gateway.
    public var uid: Int64?
    /// The number of the token.
    public var tokenID: Int64?
    /// `unix` for the socket, the web client's address behind the gateway, `gateway` where it told none, `daemon`.
    public var origin: String
    /// The method, by its full name.
    public var method: String
    /// What it was about, by name; empty where unknown: the message of a refused call is not looked at.
    public var target: String
    /// The status code's name.
    public var result: String
    /// The reason, where the result is not OK.
    public var reason: String
    /// The request id, under which the daemon's log has the call.
    public var requestID: String
    /// How many attempts the entry stands for: what is refused again and again is counted, not repeated.
    public var count: Int64
    /// What became of which object.
    public var changes: [AuditChangeMessage]
    /// How many more objects were changed than there is room for.
    public var omittedChanges: Int64
    /// The hash of the entry before, as 64 hexadecimal digits; zeros before the first.
    public var previousHash: String
    /// The SHA-256 of this message without this field, in deterministic CBOR, as 64 hexadecimal digits.
    public var hash: String

    enum CodingKeys: Int, CodingKey {
        case sequence = 1
        case time = 2
        case actorKind = 3
        case actor = 4
        case uid = 5
        case tokenID = 6
        case origin = 7
        case method = 8
        case target = 9
        case result = 10
        case reason = 11
        case requestID = 12
        case count = 13
        case changes = 14
        case omittedChanges = 15
        case previousHash = 16
        case hash = 17
    }

    /// Makes the message from its fields.
    public init(
        sequence: Int64, time: Int64, actorKind: String, actor: String, uid: Int64? = nil, tokenID: Int64? = nil,
        origin: String, method: String, target: String, result: String, reason: String, requestID: String,
        count: Int64, changes: [AuditChangeMessage], omittedChanges: Int64, previousHash: String, hash: String
    ) {
        self.sequence = sequence
        self.time = time
        self.actorKind = actorKind
        self.actor = actor
        self.uid = uid
        self.tokenID = tokenID
        self.origin = origin
        self.method = method
        self.target = target
        self.result = result
        self.reason = reason
        self.requestID = requestID
        self.count = count
        self.changes = changes
        self.omittedChanges = omittedChanges
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// What became of one object.
public struct AuditChangeMessage: Codable, Sendable, Equatable {
    /// `created`, `changed` or `deleted`.
    public var action: String
    /// `network`, `peer`, `bridge`, `rule`, `drift`, `setting` or `token`.
    public var kind: String
    /// Its name: a network's, NETWORK/PEER, the number of a bridge or rule.
    public var name: String
    /// Its values, without secrets: those that differ, or all that are not empty.
    public var fields: [AuditFieldMessage]

    enum CodingKeys: Int, CodingKey {
        case action = 1
        case kind = 2
        case name = 3
        case fields = 4
    }

    /// Makes the message from its fields.
    public init(
        action: String, kind: String, name: String, fields: [AuditFieldMessage]
    ) {
        self.action = action
        self.kind = kind
        self.name = name
        self.fields = fields
    }
}

/// A value before and after. Of a secret there is only `held`.
public struct AuditFieldMessage: Codable, Sendable, Equatable {
    /// The field, by the name that requests have for it.
    public var field: String
    /// The value before; absent where there was none.
    public var before: String?
    /// The value after; absent where there is none.
    public var after: String?

    enum CodingKeys: Int, CodingKey {
        case field = 1
        case before = 2
        case after = 3
    }

    /// Makes the message from its fields.
    public init(
        field: String, before: String? = nil, after: String? = nil
    ) {
        self.field = field
        self.before = before
        self.after = after
    }
}

/// Which entries to export.
public struct ExportAuditRequest: Codable, Sendable, Equatable {
    /// Only entries behind this one; absent begins with the first.
    public var after: Int64?
    /// The most entries to answer, 1…1000; absent is 500.
    public var limit: Int64?

    enum CodingKeys: Int, CodingKey {
        case after = 1
        case limit = 2
    }

    /// Makes the message from its fields.
    public init(
        after: Int64? = nil, limit: Int64? = nil
    ) {
        self.after = after
        self.limit = limit
    }
}

/// Entries to keep elsewhere.
public struct ExportAuditReply: Codable, Sendable, Equatable {
    /// The entries, oldest first. A page of long ones ends earlier, at about 3 MiB.
    public var entries: [AuditEntryMessage]
    /// What to ask for the next page with; absent on the last.
    public var nextAfter: Int64?

    enum CodingKeys: Int, CodingKey {
        case entries = 1
        case nextAfter = 2
    }

    /// Makes the message from its fields.
    public init(
        entries: [AuditEntryMessage], nextAfter: Int64? = nil
    ) {
        self.entries = entries
        self.nextAfter = nextAfter
    }
}

/// What to verify beside the chain itself.
public struct VerifyAuditRequest: Codable, Sendable, Equatable {
    /// An entry that is known from elsewhere, by an export; it must be there.
    public var sequence: Int64?
    /// Its hash, as 64 hexadecimal digits.
    public var hash: String?

    enum CodingKeys: Int, CodingKey {
        case sequence = 1
        case hash = 2
    }

    /// Makes the message from its fields.
    public init(
        sequence: Int64? = nil, hash: String? = nil
    ) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// What came of the verification.
public struct VerifyAuditReply: Codable, Sendable, Equatable {
    /// Whether every entry is as it was written, and none is missing.
    public var isIntact: Bool
    /// The last entry, by the log's own word; 0 for none.
    public var sequence: Int64
    /// Its hash.
    public var hash: String
    /// The first entry that is not as it was written.
    public var firstBad: Int64?
    /// What is wrong with it, in one sentence.
    public var problem: String?

    enum CodingKeys: Int, CodingKey {
        case isIntact = 1
        case sequence = 2
        case hash = 3
        case firstBad = 4
        case problem = 5
    }

    /// Makes the message from its fields.
    public init(
        isIntact: Bool, sequence: Int64, hash: String, firstBad: Int64? = nil, problem: String? = nil
    ) {
        self.isIntact = isIntact
        self.sequence = sequence
        self.hash = hash
        self.firstBad = firstBad
        self.problem = problem
    }
}
