/// A session of a web user, without what it is known by.
public struct WebSession: Hashable, Sendable, Identifiable {
    /// How long sessions are good.
    public struct Lifetimes: Hashable, Sendable {
        /// Seconds without use after which a session ends.
        public var idle: Int64
        /// Seconds after which a session ends in any case.
        public var absolute: Int64

        /// Makes it from its parts.
        public init(idle: Int64, absolute: Int64) {
            self.idle = idle
            self.absolute = absolute
        }
    }

    /// Where a session comes from.
    public struct Client: Hashable, Sendable {
        /// The most characters that are kept of what a client calls itself.
        public static let longestAgent = 256

        /// The address; empty where it is not known.
        public var address: String
        /// What the client calls itself, printable and cut.
        public private(set) var agent: String

        /// Takes what is told of a client.
        public init(address: String, agent: String?) {
            self.address = address
            let printable = (agent ?? "").unicodeScalars.prefix(16 * Self.longestAgent).lazy.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
                default: true
                }
            }
            self.agent = String(String.UnicodeScalarView(printable.prefix(Self.longestAgent)))
        }
    }

    /// The number; never used again.
    public let id: Int64
    /// The number of its user.
    public let userID: Int64
    /// The name of its user.
    public let userName: String
    /// When it began, in seconds since 1970-01-01 UTC.
    public let createdAt: Int64
    /// When it was last used, to the minute.
    public let lastUsedAt: Int64
    /// From when on it is worthless where it is not used any more.
    public let idleExpiresAt: Int64
    /// From when on it is worthless in any case.
    public let expiresAt: Int64
    /// Where it began.
    public let client: Client
}
