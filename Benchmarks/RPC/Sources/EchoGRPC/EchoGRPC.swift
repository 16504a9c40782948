import EchoWorkload
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix

/// The echo by gRPC, with everything that its transport lets one tune for a Unix socket.
///
/// With the option `coalescing` writes are held back for up to 100 µs to go together, which is the transport's default;
/// without it they leave at once.
@main
enum EchoGRPC {
    private static let method = MethodDescriptor(fullyQualifiedService: "bench.v1.Echo", method: "Echo")
    private static let windowSize = 8 << 20
    private static let frameSize = 1 << 20
    /// SO_SNDBUFFORCE of socket(7), which the limit for everybody does not bound.
    private static let sendBuffer = (option: NIOBSDSocket.Option(rawValue: 32), bytes: SocketOptionValue(4 << 20))

    private struct Service: RegistrableRPCService {
        func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
            // As the code that is generated for a unary method does it.
            router.registerHandler(forMethod: method, deserializer: RawBytes(), serializer: RawBytes()) { request, _ in
                let request = try await ServerRequest(stream: request)
                return StreamingServerResponse(single: ServerResponse(message: request.message))
            }
        }
    }

    static func main() async throws {
        let (role, path, options) = EchoControl.arguments()
        let isCoalescing = options.contains("coalescing")
        switch role {
        case .server: try await serve(path, isCoalescing)
        case .client: try await call(path, isCoalescing)
        }
    }

    private static func serve(_ path: String, _ isCoalescing: Bool) async throws {
        let transport = HTTP2ServerTransport.Posix(
            address: .unixDomainSocket(path: path), transportSecurity: .plaintext,
            config: .defaults { config in
                config.http2.maxFrameSize = frameSize
                config.http2.targetWindowSize = windowSize
                config.rpc.maxRequestPayloadSize = windowSize
                if !isCoalescing { config.connection.flushCoalescing = nil }
                config.channelDebuggingCallbacks.onAcceptTCPConnection = enlarge
            })
        let server = GRPCServer(transport: transport, services: [Service()])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                do {
                    try await server.serve()
                } catch  where Task.isCancelled {
                    // What it says of the end of the benchmark.
                }
            }
            _ = try await transport.listeningAddress
            await EchoControl.serve()
            group.cancelAll()
        }
    }

    private static func call(_ path: String, _ isCoalescing: Bool) async throws {
        let transport = try HTTP2ClientTransport.Posix(
            target: .unixDomainSocket(path: path, authority: "localhost"), transportSecurity: .plaintext,
            config: .defaults { config in
                config.http2.maxFrameSize = frameSize
                config.http2.targetWindowSize = windowSize
                if !isCoalescing { config.connection.flushCoalescing = nil }
                config.channelDebuggingCallbacks.onCreateTCPConnection = enlarge
            })
        var options = CallOptions.defaults
        options.maxRequestMessageBytes = windowSize
        options.maxResponseMessageBytes = windowSize
        try await withGRPCClient(transport: transport) { [options] client in
            await EchoControl.serve { payload in
                try await client.unary(
                    request: ClientRequest(message: payload), descriptor: method, serializer: RawBytes(),
                    deserializer: RawBytes(), options: options, onResponse: { try $0.message })
            }
        }
    }

    @Sendable
    private static func enlarge(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.setOption(
            ChannelOptions.Types.SocketOption(level: .socket, name: sendBuffer.option), value: sendBuffer.bytes)
    }
}
