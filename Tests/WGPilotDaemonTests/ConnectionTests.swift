import Synchronization
import Testing
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("Connections through the hub")
struct ConnectionTests {
    private static func connection(
        _ source: String, _ destination: String, protocolNumber: UInt8 = 6, bytes: UInt64? = nil, id: UInt32 = 1,
        answeredTo translated: String? = nil
    ) throws -> TrackedConnection {
        let (from, to) = (try #require(IPAddress(source)), try #require(IPAddress(destination)))
        let seen = try translated.map { try #require(IPAddress($0)) } ?? from
        return TrackedConnection(
            id: id, protocolNumber: protocolNumber,
            original: .init(source: from, destination: to, sourcePort: 40000, destinationPort: 443, bytes: bytes),
            reply: .init(source: to, destination: seen, sourcePort: 443, destinationPort: 40000, bytes: bytes),
            state: protocolNumber == 6 ? .established : nil, isReplied: true, isAssured: true, timeout: 60)
    }

    private static func answer(
        _ client: RPCClient, _ request: ConnectionsRequest
    ) async throws -> (summary: ConnectionSummaryMessage, connections: [ConnectionMessage], events: Int) {
        var events: [ConnectionsEvent] = []
        for try await event in client.stream(PeersService.connections, request) { events.append(event) }
        #expect(events.first?.connections == [] && events.dropFirst().allSatisfy { $0.summary == nil })
        return (try #require(events.first?.summary), events.flatMap(\.connections), events.count)
    }

    private static func refusal(_ body: () async throws -> some Any) async -> RPCError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    /// What was taken away of connections, each time.
    private static func flushes(_ daemon: DaemonFixture) -> [[String]] {
        daemon.host.writes.compactMap { write in
            if case .connections(let blocks, _) = write { blocks.map(\.description) } else { nil }
        }
    }

    // MARK: Peers that leave

    @Test("a peer that is disabled, removed or moved loses its connections right after the kernel took it out")
    func leaving() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for name in ["a", "b", "c"] { try await client.makePeer(name) }
            daemon.host.connections = try [
                Self.connection("10.8.0.2", "192.0.2.9", answeredTo: "203.0.113.1"),
                Self.connection("192.0.2.9", "10.8.0.2"), Self.connection("10.8.0.3", "192.0.2.9"),
                Self.connection("10.8.0.4", "10.8.0.3"), Self.connection("192.0.2.1", "192.0.2.9"),
            ]
            let kernel = daemon.kernel
            let there = Mutex<[Set<IPPrefix>]>([])
            daemon.host.beforeRemovingConnections { _ in
                let peers = (try? await kernel.observe(InterfaceName("wg0")))?.peers.values.map(\.allowedIPs)
                there.withLock { $0.append(Set((peers ?? []).joined())) }
            }
            daemon.host.forgetWrites()
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "a"))
            #expect(Self.flushes(daemon) == [["10.8.0.2/32"]])
            #expect(daemon.host.connections.count == 3)
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "b"))
            #expect(Self.flushes(daemon).last == ["10.8.0.3/32"])
            #expect(daemon.host.connections == [try Self.connection("192.0.2.1", "192.0.2.9")])
            _ = try await client.call(
                PeersService.update, UpdatePeerRequest(network: "office", peer: "c", address: "10.8.0.9"))
            #expect(Self.flushes(daemon).last == ["10.8.0.4/32"])
            let states = there.withLock { $0.map { $0.map(\.description).sorted() } }
            #expect(states == [["10.8.0.3/32", "10.8.0.4/32"], ["10.8.0.4/32"], ["10.8.0.9/32"]])
        }
    }

    @Test("a site's gateway that loses a network loses the connections of it, by whatever way it is lost")
    func sites() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(mode: "site-to-site")
            let site = CreatePeerRequest(
                network: "office", name: "berlin", role: "site-gateway",
                siteNetworks: ["192.168.7.0/24", "192.168.8.0/24"])
            _ = try await client.call(PeersService.create, site)
            daemon.host.forgetWrites()
            _ = try await client.call(
                PeersService.update,
                UpdatePeerRequest(network: "office", peer: "berlin", siteNetworks: ["192.168.8.0/24"]))
            #expect(Self.flushes(daemon) == [["192.168.7.0/24"]])
            // A mode in which there are no sites.
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            #expect(Self.flushes(daemon).last == ["10.8.0.2/32", "192.168.8.0/24"])
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(Self.flushes(daemon).count == 3)
        }
    }

    @Test("what comes to the kernel by a comparison, or is undone in time, ends connections too")
    func otherWays() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            let made = try await client.call(
                PeersService.create,
                CreatePeerRequest(network: "office", name: "a", options: ChangeOptions(confirmWithin: 60)))
            daemon.host.forgetWrites()
            _ = try await client.call(SystemService.undo, Empty())
            #expect(Self.flushes(daemon) == [["\(made.peer.addresses[0])/32"]])
            // Somebody gave the interface a peer of his own, which the comparison takes out.
            let key = try #require(PublicKey(bytes: [UInt8](repeating: 7, count: 32)))
            let block = try IPPrefix("10.8.0.77/32")
            daemon.kernel.tamper(try InterfaceName("wg0")) { interface in
                interface.peers[key] = ObservedPeer(publicKey: key, allowedIPs: [block])
            }
            _ = await daemon.reconciler.synchronize(.everything(.check))
            #expect(Self.flushes(daemon).last == ["10.8.0.77/32"])
        }
    }

    @Test("many peers that leave at once cost one walk over the table")
    func batch() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            var keys: [PublicKey] = []
            for number in 0..<20 { keys.append(try PublicKey(try await client.makePeer("p\(number)").publicKey)) }
            for number in 1...20 { _ = try await daemon.store.setPeerEnabled(in: 1, Int64(number), false) }
            daemon.host.forgetWrites()
            _ = await daemon.reconciler.synchronize(.peers(1, keys, areLeaving: true))
            #expect(Self.flushes(daemon).map(\.count) == [20])
        }
    }

    @Test("a change that takes no address away looks at no connection")
    func harmless() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.host.forgetWrites()
            daemon.host.beforeRemovingConnections { _ in Issue.record("connections were looked at") }
            try await client.makePeer("b")
            _ = try await client.call(
                PeersService.update,
                UpdatePeerRequest(network: "office", peer: "a", presharedKey: "new", persistentKeepalive: 7, notes: "x")
            )
            _ = try await client.call(RulesService.create, CreateRuleRequest(network: "office", action: "deny"))
            _ = try await client.call(NetworksService.update, UpdateNetworkRequest(network: "office", mtu: 1300))
            for cause in [SyncScope.Cause.check, .start, .change] {
                _ = await daemon.reconciler.synchronize(.everything(cause))
            }
            #expect(Self.flushes(daemon).isEmpty)
        }
    }

    @Test("connections that cannot be ended fail no change, and do not keep the hub out of step")
    func failing() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.host.fail(
                .connections, with: KernelError(code: .notSupported, operation: "flush", message: "no module"))
            let reply = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "a"))
            #expect(reply.sync?.isPending == false)
            #expect(daemon.reconciler.pendingReasons.isEmpty)
            #expect(try await daemon.kernel.observe(InterfaceName("wg0"))?.peers.isEmpty == true)
        }
    }

    // MARK: The methods

    @Test("a peer's connections are those with an end in its addresses, with whose they are and the sum of all")
    func list() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for name in ["a", "b"] { try await client.makePeer(name) }
            daemon.host.connections = try [
                Self.connection("10.8.0.2", "192.0.2.9", bytes: 100, id: 1, answeredTo: "203.0.113.1"),
                Self.connection("10.8.0.3", "10.8.0.2", protocolNumber: 17, bytes: 5, id: 2),
                Self.connection("10.8.0.3", "192.0.2.9", id: 3), Self.connection("192.0.2.1", "192.0.2.2", id: 4),
            ]
            let one = try await Self.answer(client, ConnectionsRequest(network: "office", peer: "a"))
            #expect(one.connections.map(\.id) == [1, 2])
            let first = try #require(one.connections.first)
            #expect(first.transport == "tcp" && first.state == "established" && first.initiatorPeer == "a")
            #expect(first.original.source == "10.8.0.2" && first.original.sourcePort == 40000)
            #expect(first.reply.destination == "203.0.113.1" && first.reply.bytes == 100 && first.mark == nil)
            #expect(one.connections.last?.responderPeer == "a" && one.connections.last?.initiatorPeer == nil)
            #expect(one.summary.all == ConnectionTotalMessage(name: "all", count: 2, sent: 105, received: 105))
            #expect(one.summary.protocols.map(\.name) == ["tcp", "udp"])
            #expect(one.summary.destinations.map(\.name) == ["192.0.2.9", "10.8.0.2"])
            let all = try await Self.answer(client, ConnectionsRequest(network: "office"))
            #expect(all.connections.map(\.id) == [1, 2, 3])
            #expect(all.connections[1].initiatorPeer == "b" && all.connections[1].responderPeer == "a")
        }
    }

    @Test("a network's connections are those of the networks behind its sites too")
    func network() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(mode: "site-to-site")
            _ = try await client.call(
                PeersService.create,
                CreatePeerRequest(
                    network: "office", name: "berlin", role: "site-gateway", siteNetworks: ["192.168.7.0/24"]))
            daemon.host.connections = [try Self.connection("192.168.7.5", "198.51.100.7")]
            for peer in [nil, "berlin"] {
                let found = try await Self.answer(client, ConnectionsRequest(network: "office", peer: peer))
                #expect(found.connections.map(\.initiatorPeer) == ["berlin"])
            }
        }
    }

    @Test("a long list comes in pieces, a limited one is counted whole, and none is asked for with 0")
    func pieces() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.host.connections = try (0..<1234).map { try Self.connection("10.8.0.2", "192.0.2.9", id: $0) }
            var found = try await Self.answer(client, ConnectionsRequest(network: "office", peer: "a", limit: 1200))
            #expect(found.connections.map(\.id) == Array(0..<1200) && found.events == 4)
            #expect(found.summary.all.count == 1234 && found.summary.shown == 1200)
            found = try await Self.answer(client, ConnectionsRequest(network: "office"))
            #expect(found.summary.shown == 1000)
            found = try await Self.answer(client, ConnectionsRequest(network: "office", limit: 0))
            #expect(found.events == 1 && found.summary.all.count == 1234)
            for limit in [-1, 100_001] as [Int64] {
                let error = await Self.refusal {
                    try await Self.answer(client, ConnectionsRequest(network: "office", limit: limit))
                }
                #expect(error?.code == .invalidArgument && error?.fields.map(\.field) == ["limit"])
            }
        }
    }

    @Test("a limited list has the connections with most bytes, not those that the kernel tells first")
    func largest() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            daemon.host.connections = try (1...40).map {
                try Self.connection("10.8.0.2", "192.0.2.9", bytes: $0 == 7 ? nil : UInt64($0 * 17 % 41), id: $0)
            }
            let found = try await Self.answer(client, ConnectionsRequest(network: "office", peer: "a", limit: 5))
            #expect(found.connections.map(\.original.bytes) == [40, 39, 38, 36, 35])
            #expect(found.summary.all.count == 40 && found.summary.shown == 5)
        }
    }

    @Test("a network's summary tells of its peers with most bytes; a connection between two counts for both")
    func peers() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for number in 0..<12 { try await client.makePeer("p\(number)") }
            daemon.host.connections =
                try [
                    Self.connection("10.8.0.2", "192.0.2.9", bytes: 100, id: 1),
                    Self.connection("10.8.0.3", "10.8.0.2", bytes: 20, id: 2),
                    Self.connection("192.0.2.9", "10.8.0.3", bytes: 7, id: 3),
                ] + (4..<12).map { try Self.connection("10.8.0.\($0)", "192.0.2.9", bytes: 1, id: UInt32($0)) }
            let peers = try await Self.answer(client, ConnectionsRequest(network: "office", limit: 0)).summary.peers
            #expect(peers?.count == 10)
            #expect(
                peers.map { Array($0.prefix(2)) } == [
                    ConnectionTotalMessage(name: "p0", count: 2, sent: 120, received: 120),
                    ConnectionTotalMessage(name: "p1", count: 2, sent: 27, received: 27),
                ])
            let one = try await Self.answer(client, ConnectionsRequest(network: "office", peer: "p0", limit: 0))
            #expect(one.summary.peers == nil)
        }
    }

    @Test("connections of nobody, and a kernel that cannot tell, are refused with the reason")
    func refusals() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for request in [
                ConnectionsRequest(network: "nowhere"), ConnectionsRequest(network: "office", peer: "nobody"),
            ] {
                let error = await Self.refusal { try await Self.answer(client, request) }
                #expect(error?.code == .notFound)
            }
            daemon.host.fail(
                .connections, with: KernelError(code: .notSupported, operation: "list", message: "no module"))
            for error in [
                await Self.refusal { try await Self.answer(client, ConnectionsRequest(network: "office")) },
                await Self.refusal {
                    try await client.call(PeersService.flushConnections, FlushConnectionsRequest(network: "office"))
                },
            ] {
                #expect(error?.code == .unavailable && error?.message.contains("no module") == true)
            }
        }
    }

    @Test("a flush ends a peer's connections and tells how many; a dry run only counts, and leaves no trace")
    func flush() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for name in ["a", "b"] { try await client.makePeer(name) }
            daemon.host.connections = try [
                Self.connection("10.8.0.2", "192.0.2.9", id: 1), Self.connection("192.0.2.9", "10.8.0.2", id: 2),
                Self.connection("10.8.0.3", "192.0.2.9", id: 3),
            ]
            let before = try await daemon.store.auditEntries(AuditQuery()).items.count
            var request = FlushConnectionsRequest(network: "office", peer: "a", dryRun: true)
            #expect(
                try await client.call(PeersService.flushConnections, request)
                    == FlushConnectionsReply(count: 2, dryRun: true))
            #expect(daemon.host.connections.count == 3)
            #expect(try await daemon.store.auditEntries(AuditQuery()).items.count == before)
            request.dryRun = nil
            #expect(
                try await client.call(PeersService.flushConnections, request)
                    == FlushConnectionsReply(count: 2, dryRun: false))
            #expect(daemon.host.connections.map(\.id) == [3])
            let entry = try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry
            #expect(entry?.method == "wgpilot.v1.Peers/FlushConnections" && entry?.target == "office/a")
            #expect(
                try await client.call(PeersService.flushConnections, FlushConnectionsRequest(network: "office")).count
                    == 1
            )
        }
    }

    // MARK: Accounting

    @Test("counting is switched on when connections are first looked at, told, and put back with the last network")
    func accounting() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            #expect(try await daemon.host.value(of: .connectionAccounting) == 0)
            let first = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(first.accounting && first.accountingNote?.contains("net.netfilter.nf_conntrack_acct") == true)
            #expect(try await daemon.host.value(of: .connectionAccounting) == 1)
            #expect(try await daemon.host.value(of: .connectionTimestamps) == 1)
            let second = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(second.accounting && second.accountingNote == nil)
            let report = try await client.call(SystemService.drift, Empty())
            #expect(report.settingsChanged.contains("net.netfilter.nf_conntrack_acct = 1, before 0"))
            #expect(report.settingsChanged.contains("net.netfilter.nf_conntrack_timestamp = 1, before 0"))
            #expect(report.checks.contains { $0.name == "connection-accounting" && $0.message.contains("counted") })
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .connectionAccounting) == 0)
            #expect(try await daemon.host.value(of: .connectionTimestamps) == 0)
        }
    }

    @Test("times that are not noted though bytes are counted are switched on too, and that is told")
    func timesAlone() async throws {
        for setting in ["auto", "off"] {
            try await DaemonFixture.with(keys: [(.connectionAccounting, setting)]) { daemon, client in
                daemon.host.arrange(.connectionAccounting, 1)
                try await client.makeNetwork()
                let first = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
                let note = try #require(first.accountingNote)
                #expect(first.accounting && note.contains("net.netfilter.nf_conntrack_timestamp"))
                #expect(!note.contains("nf_conntrack_acct"))
                #expect(note.contains(setting == "off" ? "connection_accounting" : "is on now"))
                #expect(try await daemon.host.value(of: .connectionTimestamps) == (setting == "off" ? 0 : 1))
            }
        }
    }

    @Test("a kernel that counts and cannot note times lists what it has, and says no more of it")
    func noTimes() async throws {
        try await DaemonFixture.with { daemon, client in
            daemon.host.arrange(.connectionTimestamps, nil)
            try await client.makeNetwork()
            _ = try await Self.answer(client, ConnectionsRequest(network: "office"))
            let summary = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(summary.accounting && summary.accountingNote == nil)
        }
    }

    @Test("counting that somebody else switched on is nobody's change")
    func accountingBefore() async throws {
        try await DaemonFixture.with { daemon, client in
            daemon.host.arrange(.connectionAccounting, 1)
            daemon.host.arrange(.connectionTimestamps, 1)
            try await client.makeNetwork()
            let summary = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(summary.accounting && summary.accountingNote == nil)
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .connectionAccounting) == 1)
        }
    }

    @Test("counting that the configuration forbids is not switched on, and that is told")
    func accountingOff() async throws {
        try await DaemonFixture.with(keys: [(.connectionAccounting, "off")]) { daemon, client in
            try await client.makeNetwork()
            let summary = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(!summary.accounting && summary.accountingNote?.contains("connection_accounting") == true)
            #expect(try await daemon.host.value(of: .connectionAccounting) == 0)
            let checks = try await client.call(SystemService.drift, Empty()).checks
            #expect(checks.first { $0.name == "connection-accounting" }?.result == "ok")
        }
    }

    @Test("counting that the configuration wants is on as long as there is a network, whoever switches it off")
    func accountingOn() async throws {
        try await DaemonFixture.with(keys: [(.connectionAccounting, "on")]) { daemon, client in
            try await client.makeNetwork()
            #expect(try await daemon.host.value(of: .connectionAccounting) == 1)
            daemon.host.arrange(.connectionAccounting, 0)
            var checks = try await client.call(SystemService.drift, Empty()).checks
            #expect(checks.first { $0.name == "connection-accounting" }?.result == "warning")
            // Nothing else waits for it.
            daemon.host.fail(
                .writeSetting, with: KernelError(code: .notPermitted, operation: "set", message: "set it by hand"))
            #expect(await daemon.reconciler.synchronize(.everything(.check)).pending.isEmpty)
            daemon.host.fail(.writeSetting, with: nil)
            _ = await daemon.reconciler.synchronize(.everything(.check))
            checks = try await client.call(SystemService.drift, Empty()).checks
            #expect(checks.first { $0.name == "connection-accounting" }?.result == "ok")
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            #expect(try await daemon.host.value(of: .connectionAccounting) == 0)
        }
    }

    @Test("when to count is one of three words")
    func accountingKey() {
        for word in ["yes", "ON"] {
            let error = #expect(throws: ConfigurationError.self) {
                try DaemonConfiguration(layers: [.flags([(.connectionAccounting, word)])])
            }
            #expect(error.map { "\($0)".contains("is auto, on or off") } == true)
        }
    }

    @Test("counting that cannot be switched on is told with the reason, and the list comes all the same")
    func accountingForbidden() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            daemon.host.connections = [try Self.connection("10.8.0.2", "192.0.2.9")]
            daemon.host.fail(
                .writeSetting, with: KernelError(code: .notPermitted, operation: "set", message: "set it by hand"))
            let found = try await Self.answer(client, ConnectionsRequest(network: "office"))
            #expect(!found.summary.accounting && found.summary.accountingNote?.contains("set it by hand") == true)
            #expect(found.connections.count == 1 && daemon.reconciler.pendingReasons.isEmpty)
            let report = try await client.call(SystemService.drift, Empty())
            #expect(!report.settingsChanged.contains { $0.contains("conntrack") })
            daemon.host.fail(.writeSetting, with: nil)
            daemon.host.arrange(.connectionAccounting, nil)
            let absent = try await Self.answer(client, ConnectionsRequest(network: "office")).summary
            #expect(!absent.accounting && absent.accountingNote?.contains("does not count") == true)
        }
    }
}
