import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite struct StatusCacheTests {
    private static func received(_ age: StatusCache.Age, _ daemon: DaemonFixture) async throws -> UInt64? {
        let network = try await daemon.hub.network("office")
        return try await daemon.hub.status.glance(at: network, age: age).peers.values.first?.received
    }

    @Test func `a moment is shared, told anew after a change, and never told to who asks for now`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let key = try PublicKey(try await client.makePeer("p").publicKey)
            let interface = try InterfaceName("wg0")
            for bytes in [1, 2] as [UInt64] {
                daemon.kernel.setStatus(PeerStatus(received: bytes, sent: 0), of: key, on: interface)
                // Within the moment of the first; on a machine that stood still it may be over, and then the second is right.
                let told = try await Self.received(.moment, daemon)
                #expect(told == 1 || told == bytes)
                #expect(try await Self.received(.none, daemon) == bytes)
            }
            _ = try await Self.received(.moment, daemon)
            daemon.kernel.setStatus(PeerStatus(received: 3, sent: 0), of: key, on: interface)
            _ = try await client.makePeer("q")
            let network = try await daemon.hub.network("office")
            let status = try await daemon.hub.status.glance(at: network, age: .moment)
            #expect(status.peers[key]?.received == 3)
        }
    }

    @Test func `whoever asks in the same moment gets the same answer from one question`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let key = try PublicKey(try await client.makePeer("p").publicKey)
            let network = try await daemon.hub.network("office")
            daemon.hub.status.forgetTheMoment()
            let told = try await withThrowingTaskGroup(of: UInt64?.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await daemon.hub.status.glance(at: network, age: .moment).peers[key]?.received }
                }
                return try await group.reduce(into: [UInt64?]()) { $0.append($1) }
            }
            #expect(Set(told).count == 1)
        }
    }
}
