import Synchronization
public import WGPilotCore

/// What a dry run found: the whole hub as it should be before and after the change, both read inside the transaction
/// that was then rolled back, so that their difference is the change and nothing else.
public final class Rehearsal: Sendable {
    /// The hub before and after.
    public struct Outcome: Sendable {
        /// As the database has it.
        public let before: HubState
        /// As it would have it.
        public let after: HubState
    }

    /// The networks whose interfaces are looked at, and with them those that the change itself makes; nil looks at all.
    public let networks: Set<Int64>?
    private let result = Mutex<Outcome?>(nil)

    /// Makes one that was not used yet.
    ///
    /// - Parameter networks: The networks that the change can touch: to read an interface costs time in proportion to its
    ///   peers.
    public init(networks: Set<Int64>? = nil) {
        self.networks = networks
    }

    /// What was found; nil until a dry run came to its end.
    public var outcome: Outcome? { result.withLock { $0 } }

    func fill(before: HubState, after: HubState) {
        result.withLock { $0 = Outcome(before: before, after: after) }
    }
}
