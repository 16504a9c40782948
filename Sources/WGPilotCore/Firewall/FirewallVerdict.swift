/// Whether a conversation passes the hub, and by whose word.
public struct FirewallVerdict: Hashable, Sendable {
    /// What settled it.
    public enum Decision: Hashable, Sendable {
        /// An access rule, by its number.
        case rule(Int64)
        /// A bridge, by its number, which no access rule narrows.
        case bridge(Int64)
        /// The two ends are in different networks, and no bridge leads from the one to the other.
        case noBridge
        /// What the mode of the network, or the lack of a network, says.
        case topology
        /// The topology allows it, and no access rule says otherwise.
        case defaultAllow
    }

    /// Whether it passes.
    public let isAllowed: Bool
    /// What settled it.
    public let decidedBy: Decision
    /// One sentence for a person, without a final full stop.
    public let explanation: String
    /// The access rules, by number, that say otherwise for a part of what was asked about: where the question leaves
    /// protocol or port open.
    public let exceptions: [Int64]

    init(_ isAllowed: Bool, _ decidedBy: Decision, _ explanation: String, exceptions: [Int64] = []) {
        self.isAllowed = isAllowed
        self.decidedBy = decidedBy
        self.explanation = explanation
        self.exceptions = exceptions
    }
}
