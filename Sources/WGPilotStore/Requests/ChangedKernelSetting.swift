/// A setting of the machine's kernel that the hub changed.
public struct ChangedKernelSetting: Hashable, Sendable {
    /// Its name, as sysctl(8) has it: `net.ipv4.ip_forward`.
    public let key: String
    /// What the machine had before the hub changed it for the first time.
    public let valueBefore: String
    /// What the hub set.
    public let valueSet: String
    /// When the hub last set it, in seconds since 1970-01-01 UTC.
    public let changedAt: Int64
}
