import Logging
import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("A restart on a hub that is there")
struct RestartTests {
    private static let name = InterfaceName.sample

    /// A network of sites with three peers, one with an endpoint, that a daemon brought to the kernel and knows again.
    private static func withHub(_ body: (DaemonFixture, RPCClient, [PublicKey]) async throws -> Void) async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork(mode: "site-to-site")
            var keys: [PublicKey] = []
            for (peer, site, endpoint) in [
                ("a", "192.168.1.0/24", "192.0.2.1:4500"), ("b", "192.168.2.0/24", nil), ("c", nil, nil),
            ] as [(String, String?, String?)] {
                let reply = try await client.call(
                    PeersService.create,
                    CreatePeerRequest(
                        network: "office", name: peer, role: site == nil ? nil : "site-gateway",
                        siteNetworks: site.map { [$0] }, endpoint: endpoint))
                keys.append(try PublicKey(reply.peer.publicKey))
            }
            // A comparison of the whole seals what it finds in step; the second answer comes after that.
            for _ in 0..<2 { _ = await daemon.reconciler.synchronize(.everything(.check)) }
            let network = try await daemon.store.network(named: "office")
            #expect(try await daemon.store.sealedInterface(network.id) != nil)
            daemon.kernel.forgetAppliedSteps()
            try await body(daemon, client, keys)
        }
    }

    /// Runs the body with the reconciler of a daemon that starts, and what its start came to.
    private static func restart(
        _ daemon: DaemonFixture, looksAhead: Bool = true,
        _ body: (Reconciler, SyncResult) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let next = Reconciler(
            store: daemon.store, kernel: daemon.kernel, host: daemon.host, interval: .seconds(3600), logger: logger,
            now: { DaemonFixture.now })
        if looksAhead { next.lookAhead() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await next.run() }
            let result = await next.synchronize(.everything(.start))
            try await body(next, result)
            group.cancelAll()
        }
    }

    @Test(
        "a hub in step is known again without looking at its peers, and nothing is written", arguments: [true, false])
    func inStep(looksAhead: Bool) async throws {
        try await Self.withHub { daemon, _, keys in
            // Where a peer is and what it sent is its own affair.
            daemon.kernel.setStatus(
                PeerStatus(
                    endpoint: try SocketEndpoint("203.0.113.9:7"), latestHandshake: 5, received: 6, sent: 7,
                    persistentKeepalive: 0),
                of: keys[0], on: Self.name)
            let before = daemon.kernel.wholeReads
            try await Self.restart(daemon, looksAhead: looksAhead) { next, result in
                #expect(result.steps.isEmpty && result.pending.isEmpty && next.pendingReasons.isEmpty)
                // The peers are looked at afterwards, when nobody waits for it.
                _ = await next.synchronize(.links)
                #expect(daemon.kernel.wholeReads == before + 1)
            }
            #expect(daemon.kernel.appliedSteps.isEmpty)
        }
    }

    @Test("after that a change of one peer is told of that peer alone")
    func onePeer() async throws {
        try await Self.withHub { daemon, _, keys in
            let network = try await daemon.store.network(named: "office")
            let peers = try await daemon.store.peers([1, 2, 3])
            let peer = try #require(peers.first { $0.publicKey == keys[1] })
            try await Self.restart(daemon) { next, _ in
                _ = try await daemon.store.updatePeer(in: network.id, peer.id) { $0.settings.hubKeepalive = 25 }
                let result = await next.synchronize(.peers(network.id, [keys[1]]))
                // Or the comparison after the start was there first.
                #expect(result.steps.count <= 1 && result.pending.isEmpty)
            }
            guard case .configure(_, let change)? = daemon.kernel.appliedSteps.first,
                case .update(let update)? = change.peers.first
            else {
                Issue.record("no peer was updated")
                return
            }
            #expect(daemon.kernel.appliedSteps.count == 1 && change.peers.count == 1)
            #expect(update.publicKey == keys[1] && update.persistentKeepalive == 25 && update.presharedKey == nil)
            #expect(try await daemon.kernel.observe(Self.name)?.peers[keys[1]]?.persistentKeepalive == 25)
        }
    }

    /// What somebody can do to an interface while no daemon looks.
    enum Tampering: String, CaseIterable {
        case presharedKey, noPresharedKey, allowedIP, moreAllowedIPs, movedAllowedIP, keepalive, endpoint, stranger
        case lostPeer, port, privateKey, address, anotherAddress, down, route, mtu, gone
    }

    @Test("whatever was changed in the kernel while the daemon was down is put right", arguments: Tampering.allCases)
    func tampered(how: Tampering) async throws {
        try await Self.withHub { daemon, _, keys in
            let kernel = daemon.kernel
            let before = try #require(try await kernel.observe(Self.name))
            let block = try #require(before.peers[keys[2]]?.allowedIPs.first)
            switch how {
            case .presharedKey: kernel.tamper(Self.name) { $0.peers[keys[2]]?.presharedKey = .generate() }
            case .noPresharedKey: kernel.tamper(Self.name) { $0.peers[keys[2]]?.presharedKey = nil }
            case .allowedIP: kernel.tamper(Self.name) { $0.peers[keys[2]]?.allowedIPs = [] }
            case .moreAllowedIPs: kernel.tamper(Self.name) { $0.peers[keys[2]]?.allowedIPs.insert(.everyV6) }
            case .movedAllowedIP:
                kernel.tamper(Self.name) {
                    $0.peers[keys[2]]?.allowedIPs.remove(block)
                    $0.peers[keys[1]]?.allowedIPs.insert(block)
                }
            case .keepalive: kernel.tamper(Self.name) { $0.peers[keys[2]]?.persistentKeepalive = 1 }
            case .endpoint: kernel.tamper(Self.name) { $0.peers[keys[0]]?.status.endpoint = nil }
            case .stranger:
                let key = PrivateKey.generate().publicKey
                kernel.tamper(Self.name) { $0.peers[key] = ObservedPeer(publicKey: key) }
            case .lostPeer: kernel.tamper(Self.name) { $0.peers[keys[1]] = nil }
            case .port: kernel.tamper(Self.name) { $0.listenPort = 1 }
            case .privateKey: kernel.tamper(Self.name) { $0.privateKey = .generate() }
            case .address:
                try await kernel.apply(before.addresses.map { .removeAddress(Self.name, $0) })
            case .anotherAddress:
                try await kernel.apply([
                    .addAddress(
                        Self.name, InterfaceAddress(address: try #require(IPAddress("10.77.0.1")), prefixLength: 24))
                ])
            case .down: kernel.setDown(Self.name)
            case .route: try await kernel.apply(before.routes.prefix(1).map { .removeRoute(Self.name, $0) })
            case .mtu: try await kernel.apply([.setMTU(Self.name, 1300)])
            case .gone: try await kernel.apply([.deleteInterface(Self.name)])
            }
            kernel.forgetAppliedSteps()
            try await Self.restart(daemon) { _, result in
                #expect(!result.steps.isEmpty && result.pending.isEmpty, "\(how)")
            }
            let after = try #require(try await kernel.observe(Self.name))
            let desired = try #require(try await daemon.store.desiredInterface(1))
            #expect(Plan.between(desired: desired, observed: after, name: Self.name).isEmpty, "\(how)")
            #expect(after.peers[keys[0]]?.status.endpoint != nil)
        }
    }

    @Test("what was changed in the database and never reached the kernel is seen")
    func changedDatabase() async throws {
        try await Self.withHub { daemon, _, keys in
            let peer = try #require(try await daemon.store.peers([1, 2, 3]).first { $0.publicKey == keys[2] })
            let changes: [@Sendable (inout PeerEdit) -> Void] = [
                { $0.presharedKey = .generate }, { $0.presharedKey = .remove }, { $0.settings.enabled = false },
                { $0.settings.enabled = true }, { $0.keys = .generate },
            ]
            for change in changes {
                // Sealed by the comparison that follows the restart before, or else it proves less.
                _ = try await daemon.store.updatePeer(in: 1, peer.id, change)
                try await Self.restart(daemon) { next, result in
                    #expect(!result.steps.isEmpty && result.pending.isEmpty)
                    _ = await next.synchronize(.everything(.check))
                    let after = try #require(try await daemon.kernel.observe(Self.name))
                    let desired = try #require(try await daemon.store.desiredInterface(1))
                    #expect(Plan.between(desired: desired, observed: after, name: Self.name).isEmpty)
                    #expect(try await daemon.store.sealedInterface(1) != nil)
                }
            }
        }
    }

    @Test("rules that cannot be set keep nothing from being compared whole")
    func rulesMissing() async throws {
        try await Self.withHub { daemon, _, keys in
            daemon.host.fail(
                .firewallDigest, with: KernelError(code: .busy, operation: "list", message: "the model refuses"))
            daemon.kernel.tamper(Self.name) { $0.peers[keys[2]]?.persistentKeepalive = 1 }
            try await Self.restart(daemon) { _, result in
                #expect(!result.pending.isEmpty)
            }
        }
    }

    @Test("an interface that is not there is made with all its peers, however many, and is then in step")
    func madeAnew() async throws {
        try await DaemonFixture.with { daemon, client in
            let network = try await client.makeNetwork(subnet: "10.8.0.0/16")
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            var drafts: [PeerDraft] = []
            for number in 0..<1100 {
                var draft = PeerDraft(settings: PeerSettings(name: try DisplayName("peer \(number)")))
                var bytes = [UInt8](repeating: 7, count: 32)
                (bytes[0], bytes[1]) = (UInt8(number >> 8), UInt8(number & 255))
                draft.keys = .publicKey(try #require(PublicKey(bytes: bytes)))
                drafts.append(draft)
            }
            _ = try await daemon.store.createPeers(in: network.id, drafts)
            daemon.kernel.forgetAppliedSteps()
            // What fails half-way is made up for.
            daemon.kernel.fail(
                with: KernelError(code: .busy, operation: "configure wg0", message: "the model refuses"), afterSteps: 3)
            let first = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            #expect(first.sync?.isPending == true)
            daemon.kernel.fail(with: nil)
            _ = await daemon.reconciler.synchronize(.network(network.id))
            #expect(try await daemon.kernel.observe(Self.name)?.peers.count == 1100)
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "office"))
            daemon.kernel.forgetAppliedSteps()
            let second = try await client.call(NetworksService.enable, NetworkReference(network: "office"))
            #expect(second.sync?.isPending == false)
            let lastSteps = daemon.kernel.appliedSteps.suffix(2).map(\.description)
            #expect(lastSteps == ["add address 10.8.0.1/16 to wg0", "set wg0 up"], "peers come before the link is up")
            daemon.kernel.forgetAppliedSteps()
            let third = await daemon.reconciler.synchronize(.everything(.check))
            #expect(third.steps.isEmpty && third.pending.isEmpty && daemon.kernel.appliedSteps.isEmpty)
            // Sealed as it was made: the next start knows it again.
            let before = daemon.kernel.wholeReads
            try await Self.restart(daemon) { _, result in #expect(result.steps.isEmpty && result.pending.isEmpty) }
            #expect(daemon.kernel.wholeReads <= before + 1)
        }
    }
}
