public import WGPilotCore

/// A user to be made.
public struct UserDraft: Sendable {
    /// The name.
    public var name: UserName
    /// What the user may do.
    public var role: APIToken.Role
    /// The e-mail address; empty for none.
    public var email: String
    /// What is to be stored of the password.
    public var hash: PasswordHash

    /// Makes it from its parts.
    public init(name: UserName, role: APIToken.Role, email: String = "", hash: PasswordHash) {
        self.name = name
        self.role = role
        self.email = email
        self.hash = hash
    }
}
