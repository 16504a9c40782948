import WGPilotCore

/// What a change touched, and so what must be brought to the kernel.
enum SyncScope: Sendable, Equatable {
    /// Everything: all interfaces are observed and compared whole.
    case everything
    /// One network, observed and compared whole.
    case network(Int64)
    /// Some peers of a network; nothing is observed, so that one peer costs the same among ten thousand.
    ///
    /// `endpointsChanged` says that their endpoints were chosen anew; otherwise the kernel's own knowledge of where a
    /// peer roams stands.
    case peers(Int64, [PublicKey], endpointsChanged: Bool = false)
}
