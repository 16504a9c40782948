import WGPilotCore

/// In whose name a scrape asks the daemon.
///
/// The gateway has no rights of its own, so a scrape always has somebody's:
///
/// * A scraper that shows a token or a session is served with what that may see, and with nothing else: where it is refused,
///   its address does not help.
/// * A scraper that shows nothing is served with the token of the file `metrics_token_file`, where its address is in one
///   of the blocks of `metrics_allow`. That token is a viewer's, made by an admin for this and revoked like any other.
///
/// Without these two keys nobody is served without a token. The address is that of the connection, or what a trusted proxy
/// says it is. A request that some other proxy passed on is nobody's: its address is the proxy's, and who sits behind
/// that may be anybody.
struct MetricsAccess: Sendable {
    /// The blocks of addresses whose scrapers need to show nothing.
    var allowed: [IPPrefix] = []
    /// The token that is used for them.
    var token: String?

    /// The credential to use; nil where there is none.
    ///
    /// - Parameters:
    ///   - shown: What the scraper shows.
    ///   - address: Where it is.
    ///   - isForwarded: Whether a proxy that is not trusted says that it passed the request on.
    func credential(shown: Credential?, address: String, isForwarded: Bool) -> Credential? {
        if let shown { return shown }
        guard let token, !isForwarded, let address = IPAddress(address) else { return nil }
        return allowed.contains { $0.contains(address.unmapped) } ? .token(token) : nil
    }
}
