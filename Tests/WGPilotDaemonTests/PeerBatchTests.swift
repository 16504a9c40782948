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
            // What cannot be read does not keep back what stands in the way of the others.
            #expect(error?.code == .invalidArgument)
            #expect(
                error?.fields.map(\.field) == [
                    "peers[0].role", "peers[1].name", "peers[2].address", "peers[3].name", "peers[4].mtu",
                ])
            #expect(try await daemon.store.peerCount(in: 1) == 1)
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }

    /// Faults of every kind: of the text, of the network, of the machine, of the hub, of the others in the batch, of room.
    @Test func `whatever is wrong is told in one answer`() async throws {
        try await DaemonFixture.with { daemon, client in
            let network = try await client.makeNetwork(mode: "site-to-site", subnet: "10.8.0.0/29")
            try await client.makeNetwork("other", subnet: "10.9.0.0/24", port: 51821)
            try await client.makePeer("taken")
            let address = try InterfaceAddress(address: #require(IPAddress("192.168.50.1")), prefixLength: 24)
            daemon.kernel.addForeignInterface("eth7", addresses: [address])
            let key = PrivateKey.generate().publicKey.description
            func gateway(_ name: String, _ sites: [String]) -> CreatePeerRequest {
                CreatePeerRequest(network: "", name: name, role: "site-gateway", siteNetworks: sites)
            }
            let peers = [
                CreatePeerRequest(network: "", name: "#1", email: "nobody", address: "10.8.1.1"),
                CreatePeerRequest(network: "", name: "taken", publicKey: network.publicKey),
                CreatePeerRequest(network: "", name: "a", address: "10.8.0.2", publicKey: key),
                CreatePeerRequest(network: "", name: "a", address: "10.8.0.6", publicKey: key),
                CreatePeerRequest(network: "", name: "b", address: "10.8.0.6", expiresAt: 1),
                gateway("c", ["192.168.50.0/25", "10.9.0.0/25"]), gateway("d", ["192.168.60.0/24"]),
                gateway("e", ["192.168.61.0/24", "192.168.60.128/25"]), CreatePeerRequest(network: "", name: "f"),
            ]
            let error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.createBatch, CreatePeersRequest(network: "office", peers: peers))
            }
            #expect(error?.code == .invalidArgument)
            #expect(
                error?.fields.map(\.field) == [
                    "peers[0].name", "peers[0].email", "peers[0].address", "peers[1].public_key", "peers[1].name",
                    "peers[2].address", "peers[3].name", "peers[3].public_key", "peers[4].expires_at",
                    "peers[4].address", "peers[5].site_networks[0]", "peers[5].site_networks",
                    "peers[7].site_networks", "peers",
                ])
            #expect(try await daemon.store.peerCount(in: network.id) == 1)
            // And one by one.
            let single = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.create,
                    CreatePeerRequest(
                        network: "office", name: "taken", role: "site-gateway", siteNetworks: ["192.168.50.0/25"],
                        address: "10.8.0.2", mtu: 1))
            }
            #expect(single?.fields.map(\.field) == ["mtu", "site_networks[0]", "name", "address"])
            try await client.makePeer("free")
            let edit = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.update,
                    UpdatePeerRequest(
                        network: "office", peer: "free", name: "taken", role: "site-gateway",
                        siteNetworks: ["192.168.50.0/25"], address: "10.8.0.2", mtu: 1))
            }
            #expect(edit?.fields.map(\.field) == ["mtu", "site_networks[0]", "name", "address"])
        }
    }

    @Test func `faults of the store alone are told together, whatever their kinds`() async throws {
        try await DaemonFixture.with { daemon, client in
            let network = try await client.makeNetwork()
            try await client.makePeer("taken")
            let error = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.create,
                    CreatePeerRequest(
                        network: "office", name: "taken", address: "10.7.0.1", publicKey: network.publicKey))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.fields.map(\.field) == ["address", "public_key", "name"])
            try await client.makePeer("other")
            let other = try await client.call(PeersService.get, PeerReference(network: "office", peer: "other")).peer
            let rotation = await #expect(throws: RPCError.self) {
                try await client.call(
                    PeersService.rotateKeys,
                    RotateKeysRequest(
                        network: "office", peer: "taken", publicKey: other.publicKey, presharedKey: "short",
                        custody: "held", overlap: 0))
            }
            #expect(rotation?.fields.map(\.field) == ["preshared_key", "overlap", "custody", "public_key"])
            #expect(try await daemon.store.peerCount(in: network.id) == 2)
        }
    }

    @Test func `an address that cannot be read is no wish for the last free one`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork(subnet: "10.8.0.0/30")
            var request = Self.request(["a", "b"])
            request.peers[1].address = "banana"
            let error = await #expect(throws: RPCError.self) {
                try await client.call(PeersService.createBatch, request)
            }
            #expect(error?.fields.map(\.field) == ["peers[1].address"])
        }
    }

    @Test func `an address that one of them chooses is given to no other`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork(subnet: "10.8.0.0/29")
            var request = Self.request(["a", "b", "c", "d", "e"])
            request.peers[1].address = "10.8.0.4"
            request.peers[4].address = "10.8.0.2"
            let reply = try await client.call(PeersService.createBatch, request)
            #expect(reply.peers.flatMap(\.addresses) == [3, 4, 5, 6, 2].map { "10.8.0.\($0)" })
            // Nothing was skipped for good.
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "e"))
            #expect(try await client.makePeer("f").addresses == ["10.8.0.2"])
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
