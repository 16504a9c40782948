public import NIOCore
public import NIOPosix
public import WGPilotProtocol

/// A connection that is made when it is first needed, and again after it was lost: for long-running clients.
///
/// A call whose connection is lost under it is repeated once, on a new connection, if its method is idempotent or if it
/// had not been sent. Any other error is the caller's to judge.
public actor RPCConnector {
    private let connect: @Sendable () async throws(RPCError) -> RPCClient
    private var client: RPCClient?
    /// The attempt under way. Shared, so that a burst of calls makes one connection, and detached from the callers, so
    /// that one that gives up does not fail the others.
    private var attempt: Task<Result<RPCClient, RPCError>, Never>?
    private var isClosed = false

    /// Makes a connector for the socket at `path`; nothing is connected yet. The parameters are those of
    /// ``RPCClient/connect(path:agent:maximumFrameLength:timeout:group:)``.
    public init(
        path: String,
        agent: String,
        connectTimeout: Duration = .seconds(5),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.init { () async throws(RPCError) in
            try await RPCClient.connect(path: path, agent: agent, timeout: connectTimeout, group: group)
        }
    }

    init(connect: @escaping @Sendable () async throws(RPCError) -> RPCClient) {
        self.connect = connect
    }

    /// Calls a method as ``RPCClient/call(_:_:timeout:metadata:)`` does.
    ///
    /// Not isolated, so that large messages of concurrent calls are not encoded one after another.
    @concurrent
    nonisolated public func call<Input, Output>(
        _ descriptor: MethodDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:]
    ) async throws(RPCError) -> Output {
        let first = try await connected()
        do throws(RPCError) {
            return try await first.call(descriptor, input, timeout: timeout, metadata: metadata)
        } catch {
            guard error.code == .unavailable else { throw error }
            switch error.reason {
            case "not_connected": break
            case "connection_lost" where descriptor.info.isIdempotent: break
            default: throw error
            }
            await forget(first)
        }
        return try await connected().call(descriptor, input, timeout: timeout, metadata: metadata)
    }

    private func forget(_ lost: RPCClient) {
        if client === lost { client = nil }
    }

    /// The current connection, made if there is none.
    public func connected() async throws(RPCError) -> RPCClient {
        guard !isClosed else { throw ClientHandler.closedByCaller }
        if let client, client.isConnected { return client }
        client = nil
        let attempt: Task<Result<RPCClient, RPCError>, Never>
        if let running = self.attempt {
            attempt = running
        } else {
            attempt = Task { [connect] in
                do throws(RPCError) {
                    return .success(try await connect())
                } catch {
                    return .failure(error)
                }
            }
            self.attempt = attempt
        }
        let result = await attempt.value
        // Only the first of those who waited for this attempt finds it here.
        if self.attempt == attempt {
            self.attempt = nil
            if case .success(let client) = result { self.client = client }
        }
        let client = try result.get()
        guard !isClosed else {
            await client.close()
            throw ClientHandler.closedByCaller
        }
        return client
    }

    /// Closes the connection, if there is one, and makes no more.
    public func close() async {
        isClosed = true
        let open = client
        client = nil
        await open?.close()
    }
}
