import Hummingbird
import NIOCore
import WGPilotProtocol
import WGPilotRPC

/// The way to the daemon: a client on each event loop, so that a request is answered on the thread that it came in on.
struct Daemon: Sendable {
    /// How long a call may take where nobody says otherwise.
    static let timeout = Duration.seconds(30)

    private let clients: [ObjectIdentifier: RPCClient]
    private let first: RPCClient
    private let renderer = AnswerRenderer()

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

    /// Calls a method that tells how things stand, and renders what it says.
    ///
    /// - Parameter render: Makes the answer; it sees nothing but the message and what the request's target says.
    func read<Input, Output>(
        _ method: MethodDescriptor<Input, Output>, _ input: Input, for request: APIRequest,
        _ render: @Sendable (Output) -> RenderedAnswer
    ) async throws(RPCError) -> Response {
        let context = request.context
        let message = try await client(of: context.channel).answer(
            to: method, input, timeout: Daemon.timeout, metadata: context.metadata)
        return try await renderer.answer(message, to: request.request.uri.string, render).response
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
