import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Limits of bandwidth follow the database")
struct LimitsTests {
    private static let name = InterfaceName.sample

    /// What the kernel lets each block have, in kbit/s.
    private static func limits(_ daemon: DaemonFixture, _ direction: TrafficDirection) -> [String: Int64] {
        let state = daemon.host[traffic: name]
        let side = direction == .down ? state.down : state.up
        var limits: [String: Int64] = [:]
        for (block, filter) in side.tree.filters {
            limits[block.description] = side.classes[filter.target]?.parameters.kbps
        }
        return limits
    }

    private static func steps(_ daemon: DaemonFixture) -> [TrafficStep] {
        daemon.host.writes.compactMap { if case .traffic(_, let step) = $0 { step } else { nil } }
    }

    @discardableResult
    private static func make(
        _ client: RPCClient, _ name: String, up: Int64? = nil, down: Int64? = nil
    ) async throws -> PeerReply {
        try await client.call(
            PeersService.create,
            CreatePeerRequest(network: "office", name: name, bandwidthUpKbps: up, bandwidthDownKbps: down))
    }

    @Test("a peer's limits are live with the peer, change in place and go with it, and touch nobody else's")
    func lifecycle() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            #expect(try await Self.make(client, "free").sync?.isPending == false)
            #expect(Self.steps(daemon).isEmpty, "whoever limits nobody queues nothing")
            let reply = try await Self.make(client, "a", up: 800, down: 10_000)
            #expect(reply.sync?.isPending == false)
            #expect(reply.peer.bandwidthUpKbps == 800 && reply.peer.bandwidthDownKbps == 10_000)
            try await Self.make(client, "b", down: 2000)
            #expect(Self.limits(daemon, .down) == ["10.8.0.3/32": 10_000, "10.8.0.4/32": 2000])
            #expect(Self.limits(daemon, .up) == ["10.8.0.3/32": 800])
            daemon.host.forgetWrites()
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "a", bandwidthDownKbps: 20_000))
            #expect(Self.steps(daemon).count == 1)
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "a", clear: ["bandwidth_up_kbps"]))
            #expect(Self.limits(daemon, .up) == [:] && daemon.host[traffic: Self.name].mirror == .absent)
            #expect(Self.limits(daemon, .down)["10.8.0.3/32"] == 20_000)
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "a"))
            #expect(Self.limits(daemon, .down) == ["10.8.0.4/32": 2000])
            _ = try await client.call(PeersService.enable, PeerReference(network: "office", peer: "a"))
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "b"))
            #expect(Self.limits(daemon, .down) == ["10.8.0.3/32": 20_000])
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "a"))
            #expect(daemon.host[traffic: Self.name] == ObservedTraffic())
        }
    }

    @Test("the network's limits hold for whoever has none of their own")
    func network() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await Self.make(client, "a")
            try await Self.make(client, "b", down: 0)
            try await Self.make(client, "c", down: 64)
            let reply = try await client.call(
                NetworksService.update,
                UpdateNetworkRequest(network: "office", bandwidthUpKbps: 100, bandwidthDownKbps: 1000))
            #expect(reply.network.bandwidthUpKbps == 100 && reply.network.bandwidthDownKbps == 1000)
            #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 1000, "10.8.0.4/32": 64])
            #expect(Self.limits(daemon, .up).count == 3)
            let none = try await client.call(
                NetworksService.update,
                UpdateNetworkRequest(network: "office", bandwidthUpKbps: 0, bandwidthDownKbps: 0))
            #expect(none.network.bandwidthUpKbps == nil && none.network.bandwidthDownKbps == nil)
            #expect(Self.limits(daemon, .down) == ["10.8.0.4/32": 64] && Self.limits(daemon, .up) == [:])
        }
    }

    @Test("a device beside the interface goes with the network, and comes back with it")
    func disabling() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await Self.make(client, "a", up: 800)
            #expect(daemon.host[traffic: Self.name].mirror == .ours(isUp: true))
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            #expect(daemon.host[traffic: Self.name].mirror == .absent)
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            #expect(Self.limits(daemon, .up) == ["10.8.0.2/32": 800])
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(daemon.host[traffic: Self.name].mirror == .absent)
        }
    }

    @Test("what somebody took away comes back with a comparison and is told; nothing is written where nothing differs")
    func drift() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await Self.make(client, "a", up: 800, down: 2000)
            daemon.host.forgetWrites()
            for scope in [SyncScope.everything(.check), .everything(.start), .links, .limits] {
                _ = await daemon.reconciler.synchronize(scope)
            }
            #expect(daemon.host.writes.isEmpty)
            daemon.host[traffic: Self.name] = ObservedTraffic()
            let result = await daemon.reconciler.synchronize(.everything(.check))
            #expect(result.pending.isEmpty && !result.steps.isEmpty)
            #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 2000] && Self.limits(daemon, .up).count == 1)
            let repairs = try await client.call(SystemService.drift, Empty()).repairs
            #expect(repairs.contains { $0.steps.contains { $0.contains("limit 10.8.0.2/32 to 2 Mbit/s") } })
        }
    }

    @Test("a queue that somebody deletes comes back on news of it; others' queues are no news")
    func meddling() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await Self.make(client, "a", up: 800, down: 2000)
            while daemon.host.listenerCount == 0 { await Task.yield() }
            for event in [HostEvent.traffic(Self.name.description), .traffic("ifb-wg0"), .traffic(nil)] {
                daemon.host[traffic: Self.name] = ObservedTraffic()
                daemon.host.emit(.traffic("eth0"))
                daemon.host.emit(event)
                while Self.limits(daemon, .up).isEmpty { await Task.yield() }
                #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 2000])
            }
            let repairs = try await client.call(SystemService.drift, Empty()).repairs
            #expect(repairs.contains { $0.steps.contains { $0.contains("limit 10.8.0.2/32 to 2 Mbit/s") } })
            daemon.host[traffic: Self.name] = ObservedTraffic()
            let other = await daemon.reconciler.synchronize(.traffic("wg7"))
            #expect(other.steps.isEmpty && Self.limits(daemon, .up).isEmpty)
        }
    }

    @Test("an interface that was made anew is limited anew")
    func newInterface() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await Self.make(client, "a", down: 2000)
            try await daemon.kernel.apply([.deleteInterface(Self.name)])
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 2000])
            try await daemon.kernel.apply([.deleteInterface(Self.name)])
            #expect(try await Self.make(client, "b", down: 64).sync?.isPending == false)
            #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 2000, "10.8.0.3/32": 64])
        }
    }

    @Test("a kernel that cannot limit one direction limits the other, keeps the peer and says so until it can")
    func lacking() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.host.setLacksMirror(true)
            let reply = try await Self.make(client, "a", up: 800, down: 2000)
            #expect(reply.sync?.isPending == true)
            #expect(reply.sync?.reason?.contains("IFB") == true)
            #expect(try await daemon.kernel.observe(Self.name)?.peers.count == 1)
            #expect(Self.limits(daemon, .down) == ["10.8.0.2/32": 2000])
            // Whom it does not concern, it does not hold up.
            #expect(try await Self.make(client, "b", down: 64).sync?.isPending == false)
            let checks = try await client.call(SystemService.drift, Empty()).checks
            let check = try #require(checks.first { $0.name == "bandwidth" })
            #expect(check.result == "fault" && check.message.contains("IFB"))
            daemon.host.setLacksMirror(false)
            let result = await daemon.reconciler.synchronize(.limits)
            #expect(result.pending.isEmpty)
            #expect(Self.limits(daemon, .up) == ["10.8.0.2/32": 800])
            let after = try await client.call(SystemService.drift, Empty()).checks.first { $0.name == "bandwidth" }
            #expect(after?.result == "ok")
        }
    }

    @Test("somebody else's queue is left alone, and the peer waits for its limit")
    func foreign() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let theirs = ObservedTraffic(down: .init(queue: .foreign("fq_codel 8001:")))
            daemon.host[traffic: Self.name] = theirs
            let reply = try await Self.make(client, "a", down: 2000)
            #expect(reply.sync?.isPending == true && reply.sync?.reason?.contains("fq_codel 8001:") == true)
            #expect(daemon.host[traffic: Self.name] == theirs)
            let lifted = UpdatePeerRequest(network: "office", peer: "a", bandwidthDownKbps: 0)
            #expect(try await client.call(PeersService.update, lifted).sync?.isPending == false)
        }
    }

    @Test("a rehearsal tells the limits and sets none")
    func rehearsal() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let reply = try await client.call(
                PeersService.create,
                CreatePeerRequest(
                    network: "office", name: "a", bandwidthUpKbps: 800, bandwidthDownKbps: 2000,
                    options: ChangeOptions(dryRun: true)))
            let plan = try #require(reply.change?.plan)
            #expect(plan.contains("wg0: down: limit 10.8.0.2/32 to 2 Mbit/s"), "\(plan)")
            #expect(plan.contains("wg0: up: limit 10.8.0.2/32 to 800 kbit/s"), "\(plan)")
            #expect(Self.steps(daemon).isEmpty)
        }
    }

    @Test("limits that are none are refused, all of them at once, by their fields")
    func refused() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            do {
                try await Self.make(client, "", up: -1, down: 100_000_001)
                Issue.record("it was taken")
            } catch let error as RPCError {
                #expect(error.fields.map(\.field).sorted() == ["bandwidth_down_kbps", "bandwidth_up_kbps", "name"])
            }
            do {
                _ = try await client.call(
                    NetworksService.update,
                    UpdateNetworkRequest(network: "office", bandwidthUpKbps: 7, bandwidthDownKbps: -1))
                Issue.record("it was taken")
            } catch let error as RPCError {
                #expect(error.fields.map(\.field) == ["bandwidth_up_kbps", "bandwidth_down_kbps"])
            }
            #expect(Self.steps(daemon).isEmpty)
        }
    }
}
