import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite struct PeerBatchTests {
    private static func request(_ names: [String]) -> CreatePeersRequest {
        CreatePeersRequest(network: "office", peers: names.map { CreatePeerRequest(network: "", name: $0) })
    }

    @Test func `a thousand peers are one entry of the audit log and one step for the kernel`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(subnet: "10.8.0.0/16")
            daemon.kernel.forgetAppliedSteps()
            let before = try await daemon.store.auditEntries(AuditQuery()).items.count
            let reply = try await client.call(
                PeersService.createBatch, Self.request((0..<1000).map { "p\($0)" }))
            #expect(reply.peers.count == 1000 && Set(reply.peers.map(\.addresses)).count == 1000)
            #expect(reply.sync?.isPending == false)
            let observed = try #require(try await daemon.kernel.observe(InterfaceName("wg0")))
            #expect(Set(observed.peers.keys.map(\.description)) == Set(reply.peers.map(\.publicKey)))
            #expect(daemon.kernel.appliedSteps.count == 1)
            #expect(try await daemon.store.auditEntries(AuditQuery()).items.count == before + 1)
        }
    }

    @Test func `with a fault in one nothing is made, and all faults are told`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("taken")
            daemon.kernel.forgetAppliedSteps()
            var request = Self.request(["a", "taken", "b", "a", "c"])
            request.peers[2].address = "10.8.0.2"
            var error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.createBatch, request)
            }
            #expect(error?.code == .alreadyExists)
            #expect(error?.fields.map(\.field) == ["peers[1].name", "peers[2].address", "peers[3].name"])
            request.peers[4].mtu = 1
            request.peers[0].role = "boss"
            error = await #expect(throws: RPCError.self) { try await client.call(PeersService.createBatch, request) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.fields.map(\.field) == ["peers[0].role", "peers[4].mtu"])
            #expect(try await daemon.store.peerCount(in: 1) == 1)
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }

    @Test func `a file with a fault in every row is answered with a hundred of them`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork(subnet: "10.8.0.0/16")
            for names in [(0..<5000).map { _ in "" }, (0..<5000).map { _ in "same" }] {
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(PeersService.createBatch, Self.request(names))
                }
                #expect(error?.fields.count == 100)
            }
        }
    }

    @Test func `a batch whose answer would not fit makes nothing`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(subnet: "10.8.0.0/16")
            var request = Self.request((0..<4000).map { "p\($0)" })
            for index in request.peers.indices { request.peers[index].notes = String(repeating: "n", count: 800) }
            let error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.createBatch, request)
            }
            #expect(error?.fields.map(\.field) == ["peers"])
            #expect(try await daemon.store.peerCount(in: 1) == 0)
        }
    }

    @Test func `a batch that the subnet has no room for makes nothing`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(subnet: "10.8.0.0/29")
            let error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.createBatch, Self.request((0..<6).map { "p\($0)" }))
            }
            #expect(error?.code == .resourceExhausted)
            #expect(try await daemon.store.peerCount(in: 1) == 0)
            _ = try await client.call(PeersService.createBatch, Self.request((0..<5).map { "p\($0)" }))
        }
    }

    @Test func `a batch whose answer was lost is not made twice`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("first")
            let request = Self.request(["a", "b", "c"])
            let made = try await client.call(PeersService.createBatch, request, idempotencyKey: "k1")
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "b"))
            let again = try await client.call(PeersService.createBatch, request, idempotencyKey: "k1")
            #expect(again.peers.map(\.id) == [made.peers[0].id, made.peers[2].id])
            #expect(try await daemon.store.peerCount(in: 1) == 3)
        }
    }

    @Test func `a rehearsal of a batch makes nothing and tells every peer`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            var request = Self.request(["a", "b"])
            request.options = ChangeOptions(dryRun: true)
            let reply = try await client.call(PeersService.createBatch, request)
            #expect(reply.peers.map(\.name) == ["a", "b"] && (reply.change?.plan.count ?? 0) >= 2)
            #expect(try await daemon.store.peerCount(in: 1) == 0)
        }
    }

    @Test func `two hundred creations at once get two hundred addresses`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            let addresses = try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<200 { group.addTask { try await client.makePeer("p\(number)").addresses } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(addresses) == Set((2...201).map { "10.8.0.\($0)" }))
        }
    }
}
