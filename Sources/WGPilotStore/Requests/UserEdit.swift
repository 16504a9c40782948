/// What of a user to change; what is nil stays.
public struct UserEdit: Sendable {
    /// What the user may do.
    public var role: APIToken.Role?
    /// Whether the user may log in.
    public var isEnabled: Bool?
    /// The e-mail address; empty for none.
    public var email: String?

    /// Changes nothing.
    public init(role: APIToken.Role? = nil, isEnabled: Bool? = nil, email: String? = nil) {
        self.role = role
        self.isEnabled = isEnabled
        self.email = email
    }
}
