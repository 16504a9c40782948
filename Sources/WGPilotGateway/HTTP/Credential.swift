/// What a caller shows for being let in. It is a secret: never log it.
enum Credential: Sendable {
    /// The secret of a session, from the cookie: `wgs_…`.
    case session(String)
    /// An API token, from the field `Authorization`: `wgp_…`.
    case token(String)

    /// The value of the metadata `authorization` of a call to the daemon.
    var authorization: String {
        switch self {
        case .session(let secret), .token(let secret): "Bearer \(secret)"
        }
    }
}
