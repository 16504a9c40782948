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
        /// Accepts connections, or is about to. From `idle`.
        case running
        /// Accepts no more; calls in flight finish. From `running`.
        case draining
        /// Everything is closed or about to be. From everywhere; final.
        case stopped
    }

    private struct State {
        var phase = Phase.idle
        /// The listening channel, from when it is there until it is closed.
        var listener: (any Channel)?
        /// What closed the listening channel, if nobody here did.
        var failure: (any Error)?
        var connections = ConnectionTable<ServerConnectionReference>()
        /// ``run(onListening:)``, while it waits for the end.
        var waiter: CheckedContinuation<Void, Never>?

        var isOver: Bool { phase != .running && listener == nil && connections.isEmpty }

        /// Whom to tell that everything is over, if it is.
        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            guard isOver else { return nil }
            defer { waiter = nil }
            return waiter
        }
    }

    private let address: ListenAddress
    private let configuration: RPCServerConfiguration
    private let group: any EventLoopGroup
    private let rates: CallRates
    private let state = Mutex(State())

    /// Makes a server that listens once ``run(onListening:)`` is called. One thread in `group` is plenty: it moves bytes,
    /// while handlers run on Swift's own threads.
    public init(address: ListenAddress, configuration: RPCServerConfiguration, group: any EventLoopGroup) {
        self.address = address
        self.configuration = configuration
        self.group = group
        rates = CallRates(configuration)
    }

    /// Serves until ``beginShutdown()``, or until the task is cancelled, which cancels the calls in flight too. Calls
    /// `onListening` once clients can connect. Can be called once.
    ///
    /// Returns after every handler has returned: one that ignores its cancellation holds it up.
    ///
    /// - Throws: ``ListenerError`` if the socket cannot be had, or an error of the listening socket.
    public func run(onListening: @Sendable () -> Void = {}) async throws {
        let isFirst = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        guard isFirst else { return }
        defer { stop() }
        let socket = try ListeningSocket(address)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.watch(channel) }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .withBoundSocket(socket.descriptor).get()
        socket.widenBacklog()
        let isRunning = state.withLock { $0.phase == .running }
        if isRunning { onListening() } else { listener.close(promise: nil) }
        await withTaskCancellationHandler {
            await waitForTheEnd()
        } onCancel: {
            stop()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Stops accepting, lets the calls in flight finish for at most `drainTimeout` (new ones get `unavailable`), then ends
    /// ``run(onListening:)``. Can be called from anywhere, any number of times.
    public func beginShutdown() {
        let (listener, connections) = state.withLock { state in
            guard state.phase == .running else {
                if state.phase == .idle { state.phase = .stopped }
                return (nil as (any Channel)?, [ServerConnectionReference]())
            }
            state.phase = .draining
            return (state.listener, state.connections.all)
        }
        guard let listener else { return }
        listener.close(promise: nil)
        for connection in connections { connection.beginDrain() }
        listener.eventLoop.scheduleTask(in: TimeAmount(configuration.limits.drainTimeout)) {
            self.stop()
        }
    }

    /// Closes everything; what is in flight is cancelled.
    private func stop() {
        let (listener, connections) = state.withLock { state in
            state.phase = .stopped
            return (state.listener, state.connections.all)
        }
        listener?.close(promise: nil)
        for connection in connections { connection.close() }
        state.withLock { $0.takeWaiter() }?.resume()
    }

    private func waitForTheEnd() async {
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state in
                state.waiter = continuation
                return state.takeWaiter()
            }
            waiter?.resume()
        }
    }

    // MARK: Channels

    /// Prepares the listening channel, on its event loop.
    private func watch(_ channel: any Channel) throws {
        state.withLock { $0.listener = channel }
        channel.closeFuture.whenComplete { _ in
            // Nobody closes it while the server runs, but an error of its own.
            let isLost = self.state.withLock { state in
                state.listener = nil
                return state.phase == .running
            }
            if isLost { self.stop() }
            self.state.withLock { $0.takeWaiter() }?.resume()
        }
        let pause = AcceptPause(logger: configuration.logger) { error in
            self.state.withLock { $0.failure = error }
        }
        try channel.pipeline.syncOperations.addHandler(pause)
    }

    /// Prepares a connection, on its event loop.
    private func accept(_ channel: any Channel) throws {
        let credentials: PeerCredentials
        do throws(ListenerError) {
            credentials = try RPCServer.credentials(of: channel)
        } catch {
            configuration.logger.warning("connection refused", metadata: ["error": "\(error)"])
            let refusal = RPCError(
                .unauthenticated, reason: "no_credentials", message: "The kernel did not tell who is calling.")
            return try channel.pipeline.syncOperations.addHandler(RefusedConnection(refusal))
        }
        // Only here are connections added on this loop; with several loops one too many may slip in, which is no harm.
        let refusal = state.withLock { state -> RPCError? in
            guard state.phase == .running else { return ServerConnection.shuttingDown }
            return state.connections.refusal(of: credentials.uid, configuration.limits)
        }
        if let refusal {
            configuration.logger.warning("connection refused", metadata: ["reason": "\(refusal.reason)"])
            return try channel.pipeline.syncOperations.addHandler(RefusedConnection(refusal))
        }
        let connection = try ServerConnection.install(
            on: channel, credentials: credentials, configuration: configuration, rates: rates)
        let phase = state.withLock { state in
            state.connections.insert(connection, ObjectIdentifier(channel), of: credentials.uid)
            return state.phase
        }
        connection.ended.whenComplete { _ in
            let waiter = self.state.withLock { state in
                state.connections.remove(ObjectIdentifier(channel))
                return state.takeWaiter()
            }
            waiter?.resume()
        }
        switch phase {
        case .idle, .running: break
        case .draining: connection.beginDrain()
        case .stopped: connection.close()
        }
    }

    private static func credentials(of channel: any Channel) throws(ListenerError) -> PeerCredentials {
        do {
            let credentials = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable {
                (descriptor: NIOBSDSocket.Handle) in
                try PeerCredentials(socket: descriptor)
            }
            guard let credentials else {
                throw ListenerError(.system, "The connection has no descriptor to ask for credentials.")
            }
            return credentials
        } catch {
            throw (error as? ListenerError) ?? ListenerError(.system, "\(error)")
        }
    }
}
