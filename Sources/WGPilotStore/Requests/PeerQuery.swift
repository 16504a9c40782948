public import WGPilotCore

/// Which peers of a network a list shows.
public struct PeerQuery: Hashable, Sendable {
    /// What a list is sorted by.
    public enum Order: String, CaseIterable, Sendable {
        /// The order of creation.
        case id
        /// The name, by Unicode code points.
        case name
    }

    /// The most peers in one page.
    public static let maximumLimit = 10_000

    /// What the list is sorted by.
    public var order: Order
    /// Where to go on: ``PeerPage/nextCursor`` of the page before, made with the same order; nil starts.
    public var cursor: String?
    /// How many peers at most, 1…``maximumLimit``.
    public var limit: Int
    /// Keeps the peers that have this text, in any case, in their name, e-mail address, tags, public key or tunnel
    /// addresses; nil or empty keeps all.
    public var filter: String?

    /// Where a page starts that goes on after this peer; for whoever passes on less of a page than there is.
    public func cursor(after peer: Peer) -> String {
        switch order {
        case .id: String(peer.id)
        case .name: peer.settings.name.description
        }
    }

    /// Makes it from its parts.
    public init(order: Order = .id, cursor: String? = nil, limit: Int = 1000, filter: String? = nil) {
        self.order = order
        self.cursor = cursor
        self.limit = limit
        self.filter = filter
    }
}
