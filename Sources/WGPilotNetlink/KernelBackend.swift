/// What carries WireGuard on this machine.
public struct KernelBackend: Hashable, Sendable {
    /// The two kinds of carrier.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The module of the Linux kernel.
        case kernel
        /// A `wireguard-go` process for each interface.
        case userspace
    }

    /// Which kind it is.
    public let kind: Kind
    /// The version as the carrier tells it, for people: `Linux 6.1.0-44-amd64`, `/usr/bin/wireguard-go on
    /// Linux 6.18.0`.
    public let version: String

    /// Makes it from its parts.
    public init(kind: Kind, version: String) {
        self.kind = kind
        self.version = version
    }
}
