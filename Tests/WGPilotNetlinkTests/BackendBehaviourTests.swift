import Glibc
import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotTestSupport

/// What the reconciler relies on, held against the model and, when `WGPILOT_LIVE` says so, against the real thing.
@Suite("BackendBehaviour", .serialized)
struct BackendBehaviourTests {
    @Test("WGPILOT_LIVE names a backend, so that a slip of the pen does not skip the live half")
    func liveIsKnown() {
        if let asked = TestBackend.asked { #expect(["userspace", "kernel"].contains(asked)) }
    }

    @Test("an interface that is not there is nil, and taking it away is done already", arguments: TestBackend.available)
    func absent(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let name = try fixture.name
            #expect(try await fixture.kernel.observe(name) == nil)
            #expect(try await fixture.kernel.peerStatus(name) == nil)
            try await fixture.kernel.apply([
                .deleteInterface(name), .removeAddress(name, fixture.address4(1)),
                .removeRoute(name, fixture.v4(0).hostPrefix),
            ])
            for step in [
                PlanStep.setUp(name), .setMTU(name, 1400), .addAddress(name, fixture.address4(1)),
                .addRoute(name, fixture.v4(0).hostPrefix), .configure(name, DeviceChange(listenPort: 1)),
            ] {
                let error = await #expect(throws: KernelError.self) { try await fixture.kernel.apply([step]) }
                #expect(error?.code == .noSuchDevice)
            }
        }
    }

    @Test("what is wanted is made whole, and then nothing is left to do", arguments: TestBackend.available)
    func create(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peers = [
                fixture.peer(2, presharedKey: .generate(), keepalive: 25), fixture.peer(3),
            ]
            let desired = try fixture.desired(peers)
            let observed = try await fixture.converge(desired)
            #expect(observed.privateKey == desired.privateKey)
            #expect(observed.listenPort == desired.listenPort)
            #expect(observed.mtu == 1380 && observed.isUp)
            #expect(observed.addresses == Set(desired.addresses))
            for peer in peers {
                let found = try #require(observed.peers[peer.publicKey])
                #expect(found.presharedKey == peer.presharedKey)
                #expect(found.allowedIPs == peer.allowedIPs)
                #expect(found.persistentKeepalive == peer.persistentKeepalive)
                #expect(found.status.latestHandshake == nil, "never, not 1970")
                #expect(found.status.endpoint == nil)
            }
            #expect(try await fixture.kernel.peerStatus(desired.name)?.count == 2)
        }
    }

    @Test("taking the same steps twice is the same as once", arguments: TestBackend.available)
    func repeatable(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var peer = fixture.peer(2, presharedKey: .generate(), keepalive: 25)
            let site = IPPrefix(masking: fixture.v4(0x8000), length: 24)
            let site6 = IPPrefix(masking: fixture.v6(1 << 40), length: 96)
            peer.allowedIPs.formUnion([site, site6])
            peer.routes = [site, site6]
            let desired = try fixture.desired([peer])
            let steps = Plan.between(desired: desired, observed: nil, name: desired.name).steps
            try await fixture.kernel.apply(steps)
            try await fixture.kernel.apply(steps)
            try await fixture.converge(desired)
            let away = Plan.between(
                desired: nil, observed: try await fixture.kernel.observe(desired.name), name: desired.name
            ).steps
            try await fixture.kernel.apply(away)
            try await fixture.kernel.apply(away)
            #expect(try await fixture.kernel.observe(desired.name) == nil)
        }
    }

    @Test("changes to others leave a peer's session, counters and keys as they were", arguments: TestBackend.available)
    func othersUntouched(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var desired = try fixture.desired([fixture.peer(2)])
            let (key, before) = try await fixture.connect(&desired)
            let wanted = try #require(desired.peers[key])
            // Add, update and remove others, one after another.
            let added = fixture.peer(3, presharedKey: .generate(), keepalive: 25)
            desired.peers[added.publicKey] = added
            try await fixture.converge(desired)
            desired.peers[added.publicKey]?.allowedIPs = [fixture.v4(4).hostPrefix]
            desired.peers[added.publicKey]?.presharedKey = nil
            try await fixture.converge(desired)
            desired.peers[added.publicKey] = nil
            // And the peer's own allowed IPs, which must not end its session either.
            desired.peers[key]?.allowedIPs = wanted.allowedIPs.subtracting([fixture.v6(200).hostPrefix])
                .union([fixture.v4(201).hostPrefix])
            let observed = try await fixture.converge(desired)
            let after = try #require(observed.peers[key])
            #expect(after.presharedKey == wanted.presharedKey)
            #expect(after.status.endpoint == before.endpoint)
            #expect(after.status.latestHandshake == before.latestHandshake)
            #expect(after.status.received >= before.received && after.status.sent >= before.sent)
            #expect(before.received > 0)
        }
    }

    @Test("a preshared key is set, replaced and cleared", arguments: TestBackend.available)
    func presharedKey(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2)
            var desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            for key in [PresharedKey.generate(), .generate(), nil] {
                desired.peers[peer.publicKey]?.presharedKey = key
                #expect(try await fixture.converge(desired).peers[peer.publicKey]?.presharedKey == key)
            }
        }
    }

    @Test("a keepalive can be turned off again", arguments: TestBackend.available)
    func keepalive(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2, keepalive: 25)
            var desired = try fixture.desired([peer])
            #expect(try await fixture.converge(desired).peers[peer.publicKey]?.persistentKeepalive == 25)
            desired.peers[peer.publicKey]?.persistentKeepalive = 0
            #expect(try await fixture.converge(desired).peers[peer.publicKey]?.persistentKeepalive == 0)
            #expect(try await fixture.kernel.peerStatus(desired.name)?[peer.publicKey]?.persistentKeepalive == 0)
        }
    }

    @Test("allowed IPs come and go singly, of both families", arguments: TestBackend.available)
    func allowedIPs(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2)
            var desired = try fixture.desired([peer, fixture.peer(3)])
            try await fixture.converge(desired)
            let blocks = [
                IPPrefix.everyV4, .everyV6, IPPrefix(masking: fixture.v4(0x4000), length: 20),
                IPPrefix(masking: fixture.v6(1 << 32), length: 113), fixture.v6(77).hostPrefix,
            ]
            for block in blocks {
                desired.peers[peer.publicKey]?.allowedIPs.insert(block)
                try await fixture.converge(desired)
            }
            for block in blocks {
                desired.peers[peer.publicKey]?.allowedIPs.remove(block)
                let observed = try await fixture.converge(desired)
                #expect(observed.peers.count == 2, "the throw-away peer is gone")
            }
            desired.peers[peer.publicKey]?.allowedIPs = []
            #expect(try await fixture.converge(desired).peers[peer.publicKey]?.allowedIPs == [])
        }
    }

    @Test("blocks move between peers in one change, both ways at once", arguments: TestBackend.available)
    func moving(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let (first, second) = (fixture.peer(2), fixture.peer(3))
            var desired = try fixture.desired([first, second])
            try await fixture.converge(desired)
            desired.peers[first.publicKey]?.allowedIPs = second.allowedIPs
            desired.peers[second.publicKey]?.allowedIPs = first.allowedIPs
            let observed = try await fixture.converge(desired)
            #expect(observed.peers[first.publicKey]?.allowedIPs == second.allowedIPs)
            // A new peer takes over from one that goes.
            var third = fixture.peer(4)
            third.allowedIPs = first.allowedIPs
            desired.peers[second.publicKey] = nil
            desired.peers[third.publicKey] = third
            #expect(try await fixture.converge(desired).peers[third.publicKey]?.allowedIPs == first.allowedIPs)
        }
    }

    @Test(
        "a block that a second peer claims leaves the first, as the kernel's rule is", arguments: TestBackend.available)
    func stealing(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let (first, second) = (fixture.peer(2), fixture.peer(3))
            let desired = try fixture.desired([first, second])
            try await fixture.converge(desired)
            var update = PeerUpdate(publicKey: second.publicKey)
            update.addedAllowedIPs = [fixture.v4(2).hostPrefix]
            try await fixture.kernel.apply([.configure(desired.name, DeviceChange(peers: [.update(update)]))])
            let observed = try #require(try await fixture.kernel.observe(desired.name))
            #expect(observed.peers[first.publicKey]?.allowedIPs == [fixture.v6(2).hostPrefix])
            try await fixture.converge(desired)
        }
    }

    @Test("endpoints of both families are set and changed", arguments: TestBackend.available)
    func endpoints(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2)
            let desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            for text in ["192.0.2.1:51820", "[2001:db8::17]:443", "192.0.2.2:65535"] {
                var update = PeerUpdate(publicKey: peer.publicKey)
                update.endpoint = try SocketEndpoint(text)
                try await fixture.kernel.apply([.configure(desired.name, DeviceChange(peers: [.update(update)]))])
                let status = try await fixture.kernel.peerStatus(desired.name)?[peer.publicKey]
                #expect(status?.endpoint?.description == text)
            }
            // Where the kernel knows an endpoint the database's is not compared: peers roam.
            try await fixture.converge(desired)
        }
    }

    @Test("an update of an absent peer does not bring it back", arguments: TestBackend.available)
    func updateOfAbsent(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2)
            let desired = try fixture.desired([fixture.peer(3)])
            try await fixture.converge(desired)
            var update = PeerUpdate(publicKey: peer.publicKey)
            update.presharedKey = .set(.generate())
            update.persistentKeepalive = 25
            update.endpoint = try SocketEndpoint("192.0.2.1:1")
            update.addedAllowedIPs = [fixture.v4(2).hostPrefix]
            update.removedAllowedIPs = [fixture.v4(9).hostPrefix]
            try await fixture.kernel.apply([
                .configure(desired.name, DeviceChange(peers: [.update(update), .remove(peer.publicKey)]))
            ])
            try await fixture.converge(desired)
        }
    }

    @Test("a new private key and a new port leave the peers in place", arguments: TestBackend.available)
    func deviceSettings(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let peer = fixture.peer(2, presharedKey: .generate())
            var desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            desired.listenPort = fixture.port(5)
            desired.mtu = 1280
            try await fixture.converge(desired)
            desired.privateKey = .generate()
            let observed = try await fixture.converge(desired)
            #expect(observed.listenPort == fixture.port(5))
            #expect(observed.peers[peer.publicKey]?.presharedKey == peer.presharedKey)
        }
    }

    @Test("addresses come and go, also within one subnet and with another length", arguments: TestBackend.available)
    func addresses(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var peer = fixture.peer(2)
            peer.routes = [IPPrefix(masking: fixture.v4(0x8000), length: 24)]
            peer.allowedIPs.formUnion(peer.routes)
            var desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            // The kernel takes the later addresses of a subnet away with the first, and the routes with the last.
            desired.addresses = [fixture.address4(5), fixture.address4(6), fixture.address6(1)]
            try await fixture.converge(desired)
            desired.addresses = [fixture.address4(6, length: 16), fixture.address6(1, length: 48)]
            try await fixture.converge(desired)
            desired.addresses = [fixture.address6(9)]
            try await fixture.converge(desired)
            desired.addresses = []
            #expect(try await fixture.converge(desired).addresses == [])
        }
    }

    @Test("routes come and go with both families", arguments: TestBackend.available)
    func routes(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let site = IPPrefix(masking: fixture.v4(0x8000), length: 24)
            let site6 = IPPrefix(masking: fixture.v6(1 << 40), length: 96)
            var peer = fixture.peer(2)
            peer.allowedIPs.formUnion([site, site6])
            var desired = try fixture.desired([peer])
            #expect(try await fixture.converge(desired).routes == [])
            desired.peers[peer.publicKey]?.routes = [site, site6]
            #expect(try await fixture.converge(desired).routes == [site, site6])
            desired.peers[peer.publicKey]?.routes = [site6]
            #expect(try await fixture.converge(desired).routes == [site6])
            desired.peers[peer.publicKey]?.routes = []
            #expect(try await fixture.converge(desired).routes == [])
        }
    }

    @Test("a route of another's is an error and stays", arguments: TestBackend.available)
    func foreignRoute(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let site = IPPrefix(masking: fixture.v4(0x8000), length: 24)
            try await fixture.addForeignRoute(site)
            let desired = try fixture.desired()
            try await fixture.converge(desired)
            let error = await #expect(throws: KernelError.self) {
                try await fixture.kernel.apply([.addRoute(desired.name, site)])
            }
            #expect(error?.code == .nameTaken)
            #expect(error?.message.contains("\(site)") == true)
            #expect(try await fixture.kernel.observe(desired.name)?.routes == [])
        }
    }

    @Test(
        "a route through the interface that somebody else made counts as there, and outlives ours",
        arguments: TestBackend.available)
    func foreignRouteThroughOurs(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let site = IPPrefix(masking: fixture.v4(0x8000), length: 24)
            let site6 = IPPrefix(masking: fixture.v6(1 << 40), length: 96)
            var peer = fixture.peer(2)
            peer.allowedIPs.formUnion([site, site6])
            var desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            for route in [site, site6] { try await fixture.addForeignRoute(route, through: desired.name) }
            desired.peers[peer.publicKey]?.routes = [site, site6]
            var observed = try await fixture.converge(desired)
            #expect(observed.routes == [] && observed.foreignRoutes == [site, site6])
            // Who did not see it beforehand is not told that the place is taken.
            try await fixture.kernel.apply([.addRoute(desired.name, site), .addRoute(desired.name, site6)])
            desired.peers[peer.publicKey]?.routes = []
            observed = try await fixture.converge(desired)
            #expect(observed.foreignRoutes == [site, site6])
        }
    }

    @Test("an MTU that is chosen no more goes back to WireGuard's own", arguments: TestBackend.available)
    func defaultMTU(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var desired = try fixture.desired()
            desired.mtu = nil
            #expect(try await fixture.converge(desired).mtu == 1420)
            desired.mtu = 1280
            try await fixture.converge(desired)
            desired.mtu = nil
            #expect(try await fixture.converge(desired).mtu == 1420)
        }
    }

    @Test(
        "an interface that was set down comes up again with its routes and addresses", arguments: TestBackend.available)
    func downAndUp(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var peer = fixture.peer(2, presharedKey: .generate(), keepalive: 25)
            peer.routes = [IPPrefix(masking: fixture.v4(0x8000), length: 24)]
            peer.allowedIPs.formUnion(peer.routes)
            let desired = try fixture.desired([peer])
            try await fixture.converge(desired)
            try await fixture.setDown(desired.name)
            #expect(try await fixture.kernel.observe(desired.name)?.isUp == false)
            let observed = try await fixture.converge(desired)
            #expect(observed.isUp && observed.routes == peer.routes)
        }
    }

    @Test("a deleted interface is gone, and can be made anew at once", arguments: TestBackend.available)
    func delete(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let desired = try fixture.desired([fixture.peer(2)])
            for _ in 0..<3 {
                try await fixture.converge(desired)
                try await fixture.kernel.apply([.deleteInterface(desired.name)])
                #expect(try await fixture.kernel.observe(desired.name) == nil)
                #expect(try await !fixture.kernel.links().contains { $0.name == desired.name.description })
            }
        }
    }

    @Test(
        "a device that goes while it is read is whole, absent or an error, and never a part of one",
        arguments: TestBackend.available)
    func goneMeanwhile(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            // More than a few messages of a dump hold.
            let desired = try fixture.desired((2..<502).map { fixture.peer($0) })
            for _ in 0..<2 {
                try await fixture.converge(desired)
                let (beginning, begun) = AsyncStream<Void>.makeStream()
                async let readings = {
                    var count = 0
                    defer { begun.finish() }
                    do {
                        while let observed = try await fixture.kernel.observe(desired.name) {
                            #expect(observed.peers.count == 500)
                            count += 1
                            begun.yield()
                        }
                    } catch let error as KernelError {
                        #expect(error.code != .malformedReply, "\(error)")
                    }
                    return count
                }()
                for await _ in beginning { break }
                try await fixture.kernel.apply([.deleteInterface(desired.name)])
                #expect(try await readings > 0)
                #expect(try await fixture.kernel.observe(desired.name) == nil)
            }
        }
    }

    @Test(
        "a name that another kind of interface bears is taken, and that interface is left alone",
        arguments: TestBackend.available)
    func nameTaken(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let name = try fixture.name
            try await fixture.addForeignInterface(name.description)
            let observing = await #expect(throws: KernelError.self) { try await fixture.kernel.observe(name) }
            #expect(observing?.code == .nameTaken)
            for step in [PlanStep.createInterface(name), .deleteInterface(name), .setUp(name)] {
                let error = await #expect(throws: KernelError.self) { try await fixture.kernel.apply([step]) }
                #expect(error?.code == .nameTaken, "\(step)")
            }
            let link = try await fixture.kernel.links().first { $0.name == name.description }
            #expect(link != nil && link?.kind != "wireguard")
        }
    }

    @Test("a port that a process holds is an error that names the holder", arguments: TestBackend.available)
    func portTaken(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var desired = try fixture.desired()
            #expect(try await fixture.kernel.owner(ofUDPPort: fixture.port()) == nil)
            try await fixture.holding(port: fixture.port()) {
                let owner = try #require(try await fixture.kernel.owner(ofUDPPort: fixture.port()))
                #expect(owner.description.hasPrefix("process ") && owner.description.contains("pid \(getpid())"))
                let error = await #expect(throws: KernelError.self) { try await fixture.converge(desired) }
                #expect(error?.code == .addressInUse)
                #expect(error?.message.contains("\(fixture.port())") == true)
                #expect(error?.message.contains("pid \(getpid())") == true)
            }
            // And when the interface is up already.
            try await fixture.converge(desired)
            desired.listenPort = fixture.port(3)
            try await fixture.holding(port: fixture.port(3)) {
                let error = await #expect(throws: KernelError.self) { try await fixture.converge(desired) }
                #expect(error?.code == .addressInUse)
                // The one that it has is not given up for one that it cannot have.
                let observed = try await fixture.kernel.observe(desired.name)
                #expect(observed?.listenPort == fixture.port())
            }
            try await fixture.converge(desired)
        }
    }

    @Test(
        "a port that another WireGuard interface holds is said to be that interface's", arguments: TestBackend.available
    )
    func portOfInterface(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let first = try fixture.desired()
            try await fixture.converge(first)
            let owner = try #require(try await fixture.kernel.owner(ofUDPPort: fixture.port()))
            #expect(owner.interface == first.name.description)
            var second = first
            second.name = try fixture.name("b")
            second.addresses = []
            let error = await #expect(throws: KernelError.self) { try await fixture.converge(second) }
            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains(first.name.description) == true)
        }
    }

    @Test("the list of interfaces tells kind, state and addresses", arguments: TestBackend.available)
    func links(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            let desired = try fixture.desired()
            try await fixture.converge(desired)
            let links = try await fixture.kernel.links()
            let link = try #require(links.first { $0.name == desired.name.description })
            #expect(link.kind == "wireguard" && link.isUp && link.mtu == 1380)
            #expect(Set(link.globalAddresses) == Set(desired.addresses))
            #expect(links.first { $0.isLoopback }?.name == "lo")
            #expect(links.map(\.index) == links.map(\.index).sorted())
        }
    }

    @Test("2,000 peers of four allowed IPs go in with one step and come out whole", arguments: TestBackend.available)
    func manyPeers(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var generator = SeededGenerator(seed: 7)
            let peers = try (0..<2000).map { number in
                let host = 1000 + 4 * number
                return DesiredPeer(
                    publicKey: try #require(PublicKey(bytes: generator.bytes(32))),
                    presharedKey: number.isMultiple(of: 2) ? PresharedKey(bytes: generator.bytes(32)) : nil,
                    allowedIPs: [
                        fixture.v4(host).hostPrefix, fixture.v4(host + 1).hostPrefix, fixture.v6(host).hostPrefix,
                        IPPrefix(masking: fixture.v6(host << 20), length: 110),
                    ], persistentKeepalive: number.isMultiple(of: 3) ? 25 : 0, endpoint: nil)
            }
            var desired = try fixture.desired(peers)
            #expect(try await fixture.converge(desired).peers.count == 2000)
            // All of them change at once: a block goes from each, and a hundred peers with it.
            for (number, peer) in peers.enumerated() {
                if number < 100 {
                    desired.peers[peer.publicKey] = nil
                } else {
                    desired.peers[peer.publicKey]?.allowedIPs.remove(fixture.v4(1000 + 4 * number).hostPrefix)
                }
            }
            #expect(try await fixture.converge(desired).peers.count == 1900)
        }
    }

    @Test("one peer holds 5,000 allowed IPs, loses half of them and keeps the rest", arguments: TestBackend.available)
    func manyAllowedIPs(_ backend: TestBackend) async throws {
        try await BackendFixture.with(backend) { fixture in
            var peer = fixture.peer(2)
            peer.allowedIPs = Set(
                (0..<2500).flatMap { [fixture.v4(2 + $0).hostPrefix, fixture.v6(2 + $0).hostPrefix] })
            var desired = try fixture.desired([peer, fixture.peer(9000)])
            #expect(try await fixture.converge(desired).peers[peer.publicKey]?.allowedIPs.count == 5000)
            desired.peers[peer.publicKey]?.allowedIPs = peer.allowedIPs.filter(\.address.isV4)
            let observed = try await fixture.converge(desired)
            #expect(observed.peers[peer.publicKey]?.allowedIPs.count == 2500)
            #expect(observed.peers.count == 2)
        }
    }
}
