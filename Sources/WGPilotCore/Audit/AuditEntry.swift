/// One entry of the audit log: who did what to what, from where, with which result.
public struct AuditEntry: Hashable, Sendable {
    /// The most Unicode scalars of a name, a target or a value; what is longer is cut.
    public static let longestText = 512

    /// The text, or its beginning where it is longer than ``longestText`` Unicode scalars.
    public static func cut(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > longestText, scalars.dropFirst(longestText).first != nil else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(longestText - 1))) + "…"
    }

    /// Its place in the log, from 1, without gaps.
    public var sequence: Int64
    /// When, in seconds since 1970-01-01 UTC.
    public var time: Int64
    /// Who.
    public var actor: AuditActor
    /// From where: `unix` for the socket, an address for a client of the gateway, `gateway` where it named none.
    public var origin: String
    /// The method, by its full name.
    public var method: String
    /// To what, by name; empty where that is not known: the message of a call that was refused is not looked at.
    public var target: String
    /// The status code's name: `OK`, `PERMISSION_DENIED` and so on.
    public var result: String
    /// The stable name of the cause where it was not OK; empty else.
    public var reason: String
    /// The id under which the call is in the log of the daemon; empty where there was no call.
    public var requestID: String
    /// How many attempts it stands for; more than 1 where the same was refused again and again.
    public var count: Int64
    /// What became of which object.
    public var changes: [AuditChange]
    /// How many more objects were changed than ``changes`` has room for.
    public var omittedChanges: Int64

    /// Makes it from its parts.
    public init(
        sequence: Int64, time: Int64, actor: AuditActor, origin: String, method: String, target: String = "",
        result: String = "OK", reason: String = "", requestID: String = "", count: Int64 = 1,
        changes: [AuditChange] = [], omittedChanges: Int64 = 0
    ) {
        self.sequence = sequence
        self.time = time
        self.actor = actor
        self.origin = origin
        self.method = method
        self.target = Self.cut(target)
        self.result = result
        self.reason = reason
        self.requestID = requestID
        self.count = count
        self.changes = changes
        self.omittedChanges = omittedChanges
    }

    /// The hash of the entry as the one that follows `previous`: SHA-256 over the deterministic CBOR (RFC 8949 §4.2.1)
    /// of the message `AuditEntry` of docs/protocol.md, without its field `hash`.
    public func hash(after previous: AuditHash) -> AuditHash {
        AuditHash(of: encoded(after: previous))
    }

    /// The bytes that are hashed.
    func encoded(after previous: AuditHash) -> [UInt8] {
        var cbor = CanonicalCBOR()
        cbor.map(14 + (actor.uid == nil ? 0 : 1) + (actor.tokenID == nil ? 0 : 1))
        cbor.entry(1, sequence)
        cbor.entry(2, time)
        cbor.entry(3, actor.kind.rawValue)
        cbor.entry(4, actor.name)
        if let uid = actor.uid { cbor.entry(5, Int64(uid)) }
        if let token = actor.tokenID { cbor.entry(6, token) }
        cbor.entry(7, origin)
        cbor.entry(8, method)
        cbor.entry(9, target)
        cbor.entry(10, result)
        cbor.entry(11, reason)
        cbor.entry(12, requestID)
        cbor.entry(13, count)
        cbor.integer(14)
        cbor.array(changes.count)
        for change in changes {
            cbor.map(4)
            cbor.entry(1, change.action.rawValue)
            cbor.entry(2, change.kind)
            cbor.entry(3, change.name)
            cbor.integer(4)
            cbor.array(change.fields.count)
            for field in change.fields {
                cbor.map(1 + (field.before == nil ? 0 : 1) + (field.after == nil ? 0 : 1))
                cbor.entry(1, field.field)
                if let before = field.before { cbor.entry(2, before) }
                if let after = field.after { cbor.entry(3, after) }
            }
        }
        cbor.entry(15, omittedChanges)
        cbor.entry(16, previous.description)
        return cbor.bytes
    }
}
