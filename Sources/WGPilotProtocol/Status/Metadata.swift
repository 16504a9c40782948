/// Facts that travel beside a message rather than in it: lower-case keys, UTF-8 values.
///
/// The server takes no decision on trust from it: who the caller is comes from the kernel, and a session or token in it
/// is checked like a password.
public typealias Metadata = [String: String]

/// The keys of ``Metadata`` that the protocol itself gives a meaning.
public enum MetadataKey {
    /// The id under which every process logs the call. The caller may choose one (1 to 64 characters of
    /// `[A-Za-z0-9._-]`); otherwise, or if it is malformed, the server makes one. The status of a failed call names it.
    public static let requestID = "request-id"
    /// The caller's name for one creation (1 to 64 characters of `[A-Za-z0-9._-]`): made again with it, it makes nothing a
    /// second time.
    public static let idempotencyKey = "idempotency-key"
}
