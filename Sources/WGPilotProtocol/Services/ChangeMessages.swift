/// How a change is to be made. Every method that changes something takes it.
public struct ChangeOptions: Codable, Sendable, Equatable {
    /// True answers what would change, in the database and in the kernel, and changes nothing.
    public var dryRun: Bool?
    /// Seconds, 1 to 86,400, after which the change is undone unless `System/Confirm` came; absent keeps it for good.
    public var confirmWithin: Int64?
    /// The `updated_at` that the caller saw: where the thing was changed since, the call fails with ABORTED, reason `stale`.
    /// Only for `Update` and `Delete` methods; others pass over it. Absent changes whatever is there.
    public var ifUnchanged: Int64?

    enum CodingKeys: Int, CodingKey {
        case dryRun = 1
        case confirmWithin = 2
        case ifUnchanged = 3
    }

    /// Makes the message from its fields.
    public init(dryRun: Bool? = nil, confirmWithin: Int64? = nil, ifUnchanged: Int64? = nil) {
        self.dryRun = dryRun
        self.confirmWithin = confirmWithin
        self.ifUnchanged = ifUnchanged
    }
}

/// What became, or would become, of a change that was asked for with ``ChangeOptions``.
public struct ChangeMessage: Codable, Sendable, Equatable {
    /// Whether nothing was changed.
    public var dryRun: Bool
    /// What a dry run would change on the machine, one line each, without secrets; empty where nothing.
    public var plan: [String]
    /// When the change is undone unless it is confirmed, in seconds since 1970-01-01 UTC.
    public var confirmBy: Int64?

    enum CodingKeys: Int, CodingKey {
        case dryRun = 1
        case plan = 2
        case confirmBy = 3
    }

    /// Makes the message from its fields.
    public init(dryRun: Bool, plan: [String] = [], confirmBy: Int64? = nil) {
        self.dryRun = dryRun
        self.plan = plan
        self.confirmBy = confirmBy
    }
}
