internal import Glibc
public import NIOCore
internal import NIOPosix
internal import WGPilotProtocol

/// A client and a server connection in one process, joined by a socket pair: for tests. Everything is the real thing but
/// the path on disk and the credentials, which are whatever the test says.
public enum InProcessTransport {
    /// Serves one connection while `body` runs with a client of it; both are closed afterwards.
    public static func withClient<Output>(
        of configuration: RPCServerConfiguration,
        credentials: PeerCredentials,
        agent: String = "test/0",
        group: any EventLoopGroup,
        _ body: (RPCClient) async throws -> Output
    ) async throws -> Output {
        try await withServer(of: configuration, credentials: credentials, group: group) { descriptor in
            let client = try await RPCClient.connect(descriptor: descriptor, agent: agent, group: group)
            do {
                let output = try await body(client)
                await client.close()
                return output
            } catch {
                await client.close()
                throw error
            }
        }
    }

    /// Serves one connection while `body` runs with the descriptor of its other end, which `body` must close.
    /// `sendBufferBytes` is what the kernel keeps at most for either side (SO_SNDBUF, socket(7)).
    static func withServer<Output>(
        of configuration: RPCServerConfiguration, credentials: PeerCredentials, group: any EventLoopGroup,
        sendBufferBytes: CInt? = nil, _ body: (CInt) async throws -> Output
    ) async throws -> Output {
        var descriptors: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &descriptors) == 0 else {
            throw ListenerError(.system, errno: errno, "Making a socket pair failed")
        }
        if var sendBufferBytes {
            let size = socklen_t(MemoryLayout<CInt>.size)
            for descriptor in descriptors {
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &sendBufferBytes, size)
            }
        }
        let rates = CallRates(configuration)
        let connection = try await ClientBootstrap(group: group).withConnectedSocket(descriptors[0]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try ServerConnection.install(
                    on: channel, credentials: credentials, configuration: configuration, rates: rates)
            }
        }
        return try await withTaskCancellationHandler {
            let result: Result<Output, any Error>
            do {
                result = .success(try await body(descriptors[1]))
            } catch {
                result = .failure(error)
            }
            try? await connection.ended.get()
            return try result.get()
        } onCancel: {
            connection.close()
        }
    }
}
