/// What a login is checked against.
public struct Credential: Sendable {
    /// The user.
    public let user: WebUser
    /// What is stored of the password.
    public let hash: PasswordHash
}
