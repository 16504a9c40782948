/// Whom the server takes a client for, told in its hello so that a client can explain a refusal.
public struct CallerIdentity: Sendable, Hashable, Codable {
    /// The effective user id of the client when it connected.
    public var uid: UInt32
    /// The effective group id of the client when it connected.
    public var gid: UInt32
    /// The name of its ``Role``, as text so that an old client can show a new one; empty for a caller without any.
    public var role: String

    /// Makes an identity.
    public init(uid: UInt32, gid: UInt32, role: String) {
        self.uid = uid
        self.gid = gid
        self.role = role
    }

    private enum CodingKeys: Int, CodingKey {
        case uid = 1
        case gid = 2
        case role = 3
    }
}
