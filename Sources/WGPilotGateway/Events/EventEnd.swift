/// Why a client's stream of events ends.
enum EventEnd: String, Sendable {
    /// Its session or token is not valid any more: log in again.
    case unauthenticated
    /// It may not see the events any more, or may see others now: come back.
    case roleChanged = "role_changed"
    /// It has read too little for too long: come back.
    case tooSlow = "too_slow"
    /// The gateway stops: come back.
    case shuttingDown = "shutting_down"
}
