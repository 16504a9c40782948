import NIOCore
import WGPilotProtocol
import WGPilotRPC

/// The way to the daemon: a client on each event loop, so that a request is answered on the thread that it came in on.
struct Daemon: Sendable {
    /// How long a call may take where nobody says otherwise.
    static let timeout = Duration.seconds(30)

    private let clients: [ObjectIdentifier: RPCClient]
    private let first: RPCClient

    /// Makes a client of the daemon at `path` for each loop of the group; nothing is connected yet.
    init(path: String, group: any EventLoopGroup) {
        var clients: [ObjectIdentifier: RPCClient] = [:]
        for loop in group.makeIterator() {
            clients[ObjectIdentifier(loop)] = RPCClient(path: path, agent: BuildInformation.agent, group: loop)
        }
        self.clients = clients
        first = clients.values.first ?? RPCClient(path: path, agent: BuildInformation.agent, group: group)
    }

    /// The client on the loop of a connection.
    func client(of channel: any Channel) -> RPCClient {
        clients[ObjectIdentifier(channel.eventLoop)] ?? first
    }

    /// Calls a method for whoever sent the request.
    func call<Input, Output>(
        _ method: MethodDescriptor<Input, Output>, _ input: Input, for context: GatewayContext,
        timeout: Duration = Daemon.timeout, idempotencyKey: String? = nil
    ) async throws(RPCError) -> Output {
        try await client(of: context.channel).call(
            method, input, timeout: timeout, metadata: context.metadata, idempotencyKey: idempotencyKey)
    }

    /// Begins a stream for whoever sent the request.
    func stream<Input, Output>(
        _ method: StreamDescriptor<Input, Output>, _ input: Input, for context: GatewayContext,
        timeout: Duration? = nil
    ) -> RPCResponseStream<Output> {
        client(of: context.channel).stream(method, input, timeout: timeout, metadata: context.metadata)
    }

    /// Closes the connections.
    func close() async {
        for client in clients.values { await client.close() }
    }
}
