/// What became of one object: its values before and after, without secrets.
public struct AuditChange: Hashable, Sendable, Codable {
    /// What can become of an object.
    public enum Action: String, CaseIterable, Sendable, Codable {
        /// It was made.
        case created
        /// It was changed.
        case changed
        /// It went.
        case deleted
    }

    /// One value of the object.
    public struct Field: Hashable, Sendable, Codable {
        /// The field, by the name that requests have for it.
        public var field: String
        /// The value before; absent where there was none.
        public var before: String?
        /// The value after; absent where there is none.
        public var after: String?

        /// Makes it from its parts.
        public init(field: String, before: String? = nil, after: String? = nil) {
            self.field = field
            self.before = before
            self.after = after
        }
    }

    /// What became of it.
    public var action: Action
    /// What it is: `network`, `peer`, `bridge`, `rule`, `drift`, `setting` or `token`.
    public var kind: String
    /// Its name: a network's, NETWORK/PEER, a bridge's or rule's number, a token's name.
    public var name: String
    /// Its values: those that differ where it was changed, else all that are not empty.
    public var fields: [Field]

    /// Makes it from its parts.
    public init(action: Action, kind: String, name: String, fields: [Field]) {
        self.action = action
        self.kind = kind
        self.name = name
        self.fields = fields
    }
}
