import NIOCore
import NIOPosix

@testable import WGPilotRPC

extension RawPeer {
    /// Runs `body` as the client of one connection to a server of `service`.
    static func withServer<Output>(
        of service: TestService = TestService(), limits: RPCServerConfiguration.Limits = .init(), uid: UInt32 = 1000,
        sendBufferBytes: CInt? = nil, now: @escaping @Sendable () -> NIODeadline = { .now() },
        _ body: (inout RawPeer) async throws -> Output
    ) async throws -> Output {
        try await InProcessTransport.withServer(
            of: service.configuration(limits: limits, now: now), credentials: PeerCredentials(uid: uid, gid: 100),
            group: MultiThreadedEventLoopGroup.singleton, sendBufferBytes: sendBufferBytes
        ) { descriptor in
            try await RawPeer.with(descriptor: descriptor, body)
        }
    }
}
