/// Where a server listens.
public enum ListenAddress: Sendable, Hashable {
    /// A socket that the server makes at a path, with the permission bits `mode` (0o660 as a rule) and owned by `group`,
    /// or by the process's own group for nil. The directory must exist. Beside it a file `PATH.lock` is made and kept:
    /// whoever holds its lock owns the path.
    case path(String, mode: UInt32 = 0o660, group: UInt32? = nil)
    /// A listening socket that was handed over, by systemd's socket activation for one. It must be bound to a path whose
    /// permission bits are within 0660. The server closes the descriptor and leaves the file alone.
    case inherited(descriptor: CInt)
}
