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
    static func withServer<Output>(
        of configuration: RPCServerConfiguration, credentials: PeerCredentials, group: any EventLoopGroup,
        _ body: (CInt) async throws -> Output
    ) async throws -> Output {
        var descriptors: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &descriptors) == 0 else {
            throw ListenerError(.system, errno: errno, "Making a socket pair failed")
        }
        let inbound = try await ClientBootstrap(group: group).withConnectedSocket(descriptors[0]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, Never>(wrappingChannelSynchronously: channel)
            }
        }
        let connection = ServerConnection(inbound, credentials: credentials, configuration: configuration)
        async let served: Void = connection.run()
        do {
            let output = try await body(descriptors[1])
            await served
            return output
        } catch {
            await served
            throw error
        }
    }
}
