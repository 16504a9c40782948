/// By what the hub's own firewall rules are known again: digests of 16 to 64 bytes each.
public struct FirewallMark: Hashable, Sendable {
    /// The digest of what was given to the kernel.
    public var applied: [UInt8]
    /// The digest of what the kernel said it had, right after that.
    public var listing: [UInt8]

    /// Makes it from its parts.
    public init(applied: [UInt8], listing: [UInt8]) {
        self.applied = applied
        self.listing = listing
    }
}
