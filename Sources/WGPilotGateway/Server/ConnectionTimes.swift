import NIOCore

/// How long a client may take.
struct ConnectionTimes: Sendable, Equatable {
    /// For the handshake of TLS and the head of a request, from its first byte.
    var head: TimeAmount = .seconds(10)
    /// For the body of a request.
    var body: TimeAmount = .seconds(30)
    /// Between requests.
    var idle: TimeAmount = .seconds(60)
    /// To take any of what waits for it; counted anew from there.
    var write: TimeAmount = .seconds(30)
}
