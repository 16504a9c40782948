/// Whose transfer history it is.
public enum HistorySubject: Hashable, Sendable {
    /// One peer's, by number; with the number of its network.
    case peer(Int64, in: Int64)
    /// That of all peers of a network together, those included that are gone, by number.
    case network(Int64)

    /// The network.
    var networkID: Int64 {
        switch self {
        case .peer(_, let network), .network(let network): network
        }
    }

    /// By what the database knows it.
    var number: Int64 {
        switch self {
        case .peer(let id, _): id
        case .network(let id): -id
        }
    }
}
