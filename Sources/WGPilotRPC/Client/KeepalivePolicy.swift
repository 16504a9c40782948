/// How a client finds out that a server whose socket stands has stopped to answer.
///
/// Only a connection with calls that wait is watched: an idle one costs neither bytes nor a timer.
public struct KeepalivePolicy: Sendable, Hashable {
    /// After how long without a byte from the server it is pinged.
    public var interval: Duration
    /// After how much longer without one the connection is given up, and its calls with it.
    public var timeout: Duration

    /// Makes a policy. The defaults are those of the server.
    public init(interval: Duration = .seconds(30), timeout: Duration = .seconds(20)) {
        self.interval = interval
        self.timeout = timeout
    }
}
