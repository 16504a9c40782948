internal import Logging

/// What the handlers of a connection's calls know of it, wherever they run.
final class ConnectionFacts: Sendable {
    let credentials: PeerCredentials
    let configuration: RPCServerConfiguration
    /// Shared with the other connections of the server.
    let rates: CallRates
    let logger: Logger
    /// The ids of calls are made from it, so that they differ between connections.
    private let seed = UInt64.random(in: .min ... .max)

    init(
        credentials: PeerCredentials, configuration: RPCServerConfiguration, rates: CallRates
    ) {
        self.credentials = credentials
        self.configuration = configuration
        self.rates = rates
        var logger = configuration.logger
        logger[metadataKey: "peer.uid"] = "\(credentials.uid)"
        logger[metadataKey: "peer.pid"] = "\(credentials.pid)"
        self.logger = logger
    }

    /// The number under which a call is logged that names none itself: one step of a Weyl sequence for each stream.
    func number(of streamID: UInt32) -> UInt64 {
        seed &+ UInt64(streamID) &* 0x9e37_79b9_7f4a_7c15
    }
}
