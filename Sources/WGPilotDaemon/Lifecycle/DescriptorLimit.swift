import CLinuxShims

/// How many descriptors this process may have, and how many of them are for clients.
enum DescriptorLimit {
    /// What the daemon needs for itself: the database with its readers, netlink sockets, files of `/proc`, the sockets of
    /// `wireguard-go`. Clients never get at these, so that a crowd of them does not keep the daemon from its work.
    static let reserve = 128

    /// Raises the limit as far as the service manager lets it be raised, and tells what it is now; nil where the system
    /// does not say.
    static func raise() -> Int? {
        var limit: UInt64 = 0
        // A failure leaves the limit that was, which is then told.
        unsafe _ = wgp_raise_descriptor_limit(&limit)
        return limit == 0 ? nil : Int(clamping: limit)
    }

    /// How many of the `wanted` connections there may be within the limit: one at least.
    static func connections(_ wanted: Int, within limit: Int?) -> Int {
        guard let limit else { return wanted }
        return max(1, min(wanted, limit - reserve))
    }
}
