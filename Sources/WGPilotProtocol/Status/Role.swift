/// What a caller may do, each role including the ones before it.
public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// The HTTP gateway by itself, without a user behind it: health and logging a user in.
    case gateway
    /// Reads, without secrets.
    case viewer
    /// Networks, peers and the secrets of peers.
    case `operator`
    /// Everything.
    case admin

    private var rank: Int {
        switch self {
        case .gateway: 0
        case .viewer: 1
        case .operator: 2
        case .admin: 3
        }
    }
}

extension Role: Comparable {
    /// `gateway < viewer < operator < admin`; a method is allowed when the caller's role is `>=` the required one.
    public static func < (lhs: Role, rhs: Role) -> Bool {
        lhs.rank < rhs.rank
    }
}
