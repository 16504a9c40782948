/// Which session of which web user a call bears.
struct SessionReference: Hashable, Sendable {
    let userID: Int64
    let sessionID: Int64
}
