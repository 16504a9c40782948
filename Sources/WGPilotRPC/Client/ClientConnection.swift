internal import NIOCore
internal import NIOPosix
internal import WGPilotProtocol

/// One connection that stands, as the tasks see it that make calls on it.
final class ClientConnection: Sendable {
    /// What the server said of itself.
    let serverHello: Hello

    private let channel: any Channel
    private let handler: NIOLoopBoundBox<ClientHandler>
    private let usability: Usability

    private init(
        channel: any Channel, handler: NIOLoopBoundBox<ClientHandler>, usability: Usability, serverHello: Hello
    ) {
        self.channel = channel
        self.handler = handler
        self.usability = usability
        self.serverHello = serverHello
    }

    /// What a connection is made with.
    struct Configuration: Sendable {
        /// See `Hello.agent`.
        var agent: String
        /// The largest response that is accepted, in terms of a frame's length field.
        var maximumFrameLength = Frame.defaultMaximumLength
        /// For connecting and the server's hello together.
        var timeout: Duration = .seconds(5)
        var keepalive: KeepalivePolicy? = KeepalivePolicy()
        /// Where everything happens.
        var eventLoop: any EventLoop
    }

    /// A connection that is being made.
    struct Attempt: Sendable {
        let connection: EventLoopFuture<ClientConnection>
        /// Gives it up.
        let cancel: @Sendable () -> Void
    }

    /// Connects to the socket at a path.
    static func connect(path: String, _ configuration: Configuration) -> Attempt {
        establish(configuration, path: path) { bootstrap in
            bootstrap.connectTimeout(TimeAmount(configuration.timeout)).connect(unixDomainSocketPath: path)
        }
    }

    /// Takes over a connected socket, which is closed with the connection, and when there is none.
    static func connect(descriptor: CInt, _ configuration: Configuration) -> Attempt {
        establish(configuration, path: "descriptor \(descriptor)") { $0.withConnectedSocket(descriptor) }
    }

    private static func establish(
        _ configuration: Configuration, path: String, connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) -> Attempt {
        let eventLoop = configuration.eventLoop
        let greeting = eventLoop.makePromise(of: Hello.self)
        let usability = Usability()
        let hello = Hello(
            maximumFrameLength: UInt32(clamping: max(configuration.maximumFrameLength, Frame.leastMaximumLength)),
            agent: configuration.agent)
        let handler = NIOLoopBoundBox.makeBoxSendingValue(
            ClientHandler(hello: hello, greeting: greeting, keepalive: configuration.keepalive, usability: usability),
            eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(handler.value)
            }
        }
        let timer = eventLoop.scheduleTask(in: TimeAmount(configuration.timeout)) {
            handler.value.close(
                RPCError(.unavailable, reason: "connect_timeout", message: "The server did not say hello in time."))
        }
        let connection = connect(bootstrap).hop(to: eventLoop).flatMap { channel in
            greeting.futureResult.map { serverHello in
                ClientConnection(channel: channel, handler: handler, usability: usability, serverHello: serverHello)
            }
        }.flatMapErrorThrowing { error in
            // Where there was no channel the handler has not heard of it yet.
            handler.value.close(ClientHandler.lost)
            throw ConnectFailure.rpcError(for: error, path: path)
        }
        connection.whenComplete { _ in timer.cancel() }
        return Attempt(connection: connection) {
            eventLoop.execute { handler.value.close(ConnectFailure.cancelled) }
        }
    }

    /// Whether the connection still stands and takes calls, as far as is known.
    var isUsable: Bool { usability.isUsable && channel.isActive }

    /// Whether it stands, be it only for the calls that it has.
    var isOpen: Bool { channel.isActive }

    /// Makes a unary call and waits for its outcome.
    func call(_ request: OutgoingRequest, timeout: Duration?) async -> ClientHandler.Outcome {
        let token = CallToken()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(token, request, timeout: timeout, receiver: .unary(continuation))
            }
        } onCancel: {
            cancel(token)
        }
    }

    /// Makes a streaming call, whose messages go to the inbox.
    func open(
        _ token: CallToken, _ request: OutgoingRequest, timeout: Duration?, window: UInt32, into inbox: StreamInbox
    ) {
        start(token, request, timeout: timeout, receiver: .stream(inbox, window: window))
    }

    private func start(
        _ token: CallToken, _ request: OutgoingRequest, timeout: Duration?, receiver: ClientHandler.Receiver
    ) {
        let deadline = timeout.map { NIODeadline.now() + TimeAmount(max($0, .zero)) }
        onLoop { $0.start(token, request, deadline: deadline, receiver: receiver) }
    }

    /// Gives a call up, from any thread.
    func cancel(_ token: CallToken) {
        // Marked first: if the call is not yet started this is what stops it.
        token.markCancelled()
        channel.eventLoop.execute { [handler] in handler.value.cancel(token) }
    }

    /// Lets the server send more on a stream.
    func grant(_ token: CallToken, _ bytes: UInt32) {
        onLoop { $0.grant(token, bytes) }
    }

    /// At once for a task that runs on the event loop.
    private func onLoop(_ body: @escaping @Sendable (ClientHandler) -> Void) {
        if channel.eventLoop.inEventLoop {
            body(handler.value)
        } else {
            channel.eventLoop.execute { [handler] in body(handler.value) }
        }
    }

    /// Closes the connection; calls in flight fail with `unavailable`. Returns when it is closed.
    func close() async {
        beginClose()
        try? await channel.closeFuture.get()
    }

    /// The same without waiting.
    func beginClose() {
        channel.eventLoop.execute { [handler] in handler.value.close(ClientHandler.closedByCaller) }
    }
}
