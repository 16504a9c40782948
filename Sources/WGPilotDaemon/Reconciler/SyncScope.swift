import WGPilotCore

/// What a change touched, and so what must be brought to the kernel.
enum SyncScope: Sendable, Equatable {
    /// Why everything is compared.
    enum Cause: Sendable {
        /// The daemon started: the kernel is brought to the database whatever the policy.
        case start
        /// The database changed in many places.
        case change
        /// To find what others changed: on a timer, after events, or because somebody asks.
        case check
    }

    /// Everything: all interfaces are observed and compared whole, and the rules.
    case everything(Cause)
    /// One network, observed and compared whole.
    case network(Int64)
    /// Some peers of a network; nothing is observed, so that one peer costs the same among ten thousand.
    ///
    /// `endpointsChanged` says that their endpoints were chosen anew; otherwise the kernel's own knowledge of where a
    /// peer roams stands. `areLeaving` says that the peers only lose: they leave the kernel before the rules that
    /// bound them do.
    case peers(Int64, [PublicKey], endpointsChanged: Bool = false, areLeaving: Bool = false)
    /// The rules.
    case firewall
    /// Whether each interface of ours is still there with its addresses and routes; peers are not looked at.
    case links
    /// The limits that could not be set.
    case limits
    /// The limits on a device, by its name, in whose queues somebody else meddled; nil where it may be any.
    case traffic(String?)
    /// That the kernel counts what tracked connections carry, and notes when they begin.
    case connectionAccounting
}
