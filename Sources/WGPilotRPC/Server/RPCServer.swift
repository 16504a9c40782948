internal import Logging
public import NIOCore
internal import NIOPosix
internal import Synchronization
internal import WGPilotProtocol

/// Serves a router's methods on a Unix socket.
///
/// ```swift
/// let server = RPCServer(address: .path("/run/wgpilot.sock"), configuration: configuration, group: group)
/// try await server.run { announceReadiness() }
/// ```
public final class RPCServer: Sendable {
    private enum Phase {
        /// ``run(onListening:)`` was not called yet.
        case idle
        /// Accepts connections. From `idle`.
        case running(any Channel)
        /// Accepts no more; calls in flight finish. From `running`.
        case draining
        /// Over. From everywhere; final.
        case stopped
    }

    private struct State {
        var phase = Phase.idle
        /// Every accepted channel until it is closed, with its connection once that runs.
        var connections: [ObjectIdentifier: (channel: any Channel, connection: ServerConnection?)] = [:]
    }

    /// A connection as the event loop hands it over.
    private struct Accepted: Sendable {
        /// Without an outbound side: a `NIOAsyncChannel` with one traps when it is dropped unused, as happens to one that
        /// is accepted in the moment of shutdown. Writes go to the channel itself.
        let inbound: NIOAsyncChannel<ByteBuffer, Never>
        let credentials: Result<PeerCredentials, ListenerError>
    }

    private let address: ListenAddress
    private let configuration: RPCServerConfiguration
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    /// Makes a server that listens once ``run(onListening:)`` is called. One thread in `group` is plenty: it moves bytes,
    /// while handlers run on Swift's own threads.
    public init(address: ListenAddress, configuration: RPCServerConfiguration, group: any EventLoopGroup) {
        self.address = address
        self.configuration = configuration
        self.group = group
    }

    /// Serves until ``beginShutdown()``, or until the task is cancelled, which cancels the calls in flight too. Calls
    /// `onListening` once clients can connect. Can be called once.
    ///
    /// Returns after every handler has returned: one that ignores its cancellation holds it up.
    ///
    /// - Throws: ``ListenerError`` if the socket cannot be had, or an error of the listening socket.
    public func run(onListening: @Sendable () -> Void = {}) async throws {
        let socket = try ListeningSocket(address)
        let listener = try await ServerBootstrap(group: group).bind(socket.descriptor) { channel in
            self.accept(channel)
        }
        let isFirst = state.withLock { state in
            guard case .idle = state.phase else { return false }
            state.phase = .running(listener.channel)
            return true
        }
        defer { stop() }
        try await listener.executeThenClose { inbound in
            guard isFirst else { return }
            onListening()
            // Errors of connections end in their own tasks; only the listener's own reach this group.
            try await withThrowingDiscardingTaskGroup { group in
                for try await accepted in inbound {
                    group.addTask { await self.serve(accepted) }
                }
            }
        }
    }

    /// Stops accepting, lets the calls in flight finish for at most `drainTimeout` (new ones get `unavailable`), then ends
    /// ``run(onListening:)``. Can be called from anywhere, any number of times.
    public func beginShutdown() {
        let (listener, connections) = state.withLock { state in
            guard case .running(let listener) = state.phase else {
                if case .idle = state.phase { state.phase = .stopped }
                return (nil as (any Channel)?, [ServerConnection?]())
            }
            state.phase = .draining
            return (listener, state.connections.values.map(\.connection))
        }
        guard let listener else { return }
        listener.close(promise: nil)
        for connection in connections {
            connection?.beginDrain()
        }
        listener.eventLoop.scheduleTask(in: TimeAmount(configuration.limits.drainTimeout)) {
            self.closeConnections()
        }
    }

    private func stop() {
        state.withLock { $0.phase = .stopped }
        closeConnections()
    }

    private func closeConnections() {
        for (channel, _) in state.withLock({ Array($0.connections.values) }) {
            channel.close(promise: nil)
        }
    }

    /// Prepares a connection, on its event loop.
    private func accept(_ channel: any Channel) -> EventLoopFuture<Accepted> {
        let identity = ObjectIdentifier(channel)
        state.withLock { $0.connections[identity] = (channel, nil) }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.connections.removeValue(forKey: identity) }
        }
        return channel.eventLoop.makeCompletedFuture {
            Accepted(
                inbound: try NIOAsyncChannel(wrappingChannelSynchronously: channel),
                credentials: RPCServer.credentials(of: channel))
        }
    }

    private static func credentials(of channel: any Channel) -> Result<PeerCredentials, ListenerError> {
        do {
            let credentials = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable {
                (descriptor: NIOBSDSocket.Handle) in
                try PeerCredentials(socket: descriptor)
            }
            guard let credentials else {
                return .failure(ListenerError(.system, "The connection has no descriptor to ask for credentials."))
            }
            return .success(credentials)
        } catch {
            return .failure((error as? ListenerError) ?? ListenerError(.system, "\(error)"))
        }
    }

    private func serve(_ accepted: Accepted) async {
        let channel = accepted.inbound.channel
        let credentials: PeerCredentials
        switch accepted.credentials {
        case .success(let value): credentials = value
        case .failure(let error):
            configuration.logger.warning("connection refused", metadata: ["error": "\(error)"])
            return await refuse(
                channel,
                RPCError(
                    .unauthenticated, reason: "no_credentials",
                    message: "The kernel did not tell who is calling."))
        }
        let connection = ServerConnection(
            accepted.inbound, credentials: credentials, configuration: configuration)
        enum Admission { case admitted, draining, full, gone }
        let admission = state.withLock { state -> Admission in
            let identity = ObjectIdentifier(channel)
            guard state.connections[identity] != nil else { return .gone }
            guard case .running = state.phase else { return .draining }
            guard state.connections.count <= configuration.limits.maximumConnections else { return .full }
            let ofUser = state.connections.values.count { $0.connection?.credentials.uid == credentials.uid }
            guard credentials.uid == 0 || ofUser < configuration.limits.maximumConnectionsPerUser else { return .full }
            state.connections[identity] = (channel, connection)
            return .admitted
        }
        switch admission {
        case .admitted:
            await connection.run()
        case .gone:
            break
        case .draining:
            await refuse(
                channel, RPCError(.unavailable, reason: "shutting_down", message: "The server is shutting down."))
        case .full:
            configuration.logger.warning("connection refused", metadata: ["error": "too many connections"])
            await refuse(
                channel,
                RPCError(
                    .resourceExhausted, reason: "too_many_connections",
                    message:
                        "The server has its limit of connections, \(configuration.limits.maximumConnections) in all "
                        + "and \(configuration.limits.maximumConnectionsPerUser) of one user."))
        }
    }

    /// Says on stream 0 why a connection is not served, and closes it. The frame fits any socket's buffer, so this does
    /// not wait for the client.
    private func refuse(_ channel: any Channel, _ error: RPCError) async {
        let payload = Status(error).encoded(within: Frame.leastMaximumLength)
        try? await channel.writeAndFlush(Frame(type: .status, streamID: 0, payload: payload).buffer).get()
        try? await channel.close().get()
    }
}
