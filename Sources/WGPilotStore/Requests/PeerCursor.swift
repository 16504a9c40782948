/// The place between two peers of a sorted list: behind the peer of this number, which had this value of what the list is
/// sorted by. So peers that come, go or change in between neither repeat nor hide another.
public struct PeerCursor: Hashable, Sendable {
    /// The number of the last peer of the page.
    public let id: Int64
    /// What it was sorted by, as a text; empty where the list is sorted by number.
    public let value: String

    /// Makes it from its parts.
    public init(id: Int64, value: String) {
        self.id = id
        self.value = value
    }

    /// Reads ``text``; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = parts.first.flatMap({ StateStore.number(String($0)) }) else { return nil }
        self.init(id: id, value: parts.count == 2 ? String(parts[1]) : "")
    }

    /// What goes over the wire: the number, and behind a blank the value where there is one.
    public var text: String { value.isEmpty ? String(id) : "\(id) \(value)" }
}
