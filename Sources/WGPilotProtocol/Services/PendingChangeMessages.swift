/// The change that waits to be confirmed.
public struct PendingChangeReply: Codable, Sendable, Equatable {
    /// What it is; absent where none waits.
    public var description: String?
    /// When it is undone, in seconds since 1970-01-01 UTC.
    public var confirmBy: Int64?
    /// After an undo: whether that is live.
    public var sync: SyncMessage?

    enum CodingKeys: Int, CodingKey {
        case description = 1
        case confirmBy = 2
        case sync = 3
    }

    /// Makes the message from its fields.
    public init(description: String? = nil, confirmBy: Int64? = nil, sync: SyncMessage? = nil) {
        self.description = description
        self.confirmBy = confirmBy
        self.sync = sync
    }
}
