import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("The plan for an interface")
struct PlanTests {
    private let samples: ReconcileSamples

    init() throws {
        samples = try ReconcileSamples()
    }

    /// An interface with everything that an interface can have.
    private func full() throws -> DesiredInterface {
        DesiredInterface(
            name: samples.name, privateKey: samples.privateKeys[0], listenPort: 51820, mtu: 1400,
            addresses: [samples.addresses[0], samples.addresses[1]],
            peers: [
                samples.publicKeys[0]: DesiredPeer(
                    publicKey: samples.publicKeys[0], presharedKey: samples.presharedKeys[0],
                    allowedIPs: [samples.blocks[0], samples.blocks[4]], persistentKeepalive: 25,
                    endpoint: samples.endpoints[0], routes: [samples.blocks[4]]),
                samples.publicKeys[1]: DesiredPeer(
                    publicKey: samples.publicKeys[1], presharedKey: nil, allowedIPs: [samples.blocks[1]],
                    persistentKeepalive: 0, endpoint: nil),
            ])
    }

    private func plan(_ desired: DesiredInterface?, _ observed: ObservedInterface?) -> [String] {
        Plan.between(desired: desired, observed: observed, name: samples.name).steps.map(\.description)
    }

    @Test("nothing desired and nothing there is nothing to do, and what is there goes")
    func absence() throws {
        #expect(plan(nil, nil).isEmpty)
        #expect(plan(nil, ObservedInterface(name: samples.name, mtu: 1420)) == ["delete interface wg0"])
    }

    @Test("an interface is made in the order that the kernel needs: peers before it is up, routes after")
    func creation() throws {
        #expect(
            plan(try full(), nil) == [
                "create interface wg0", "set MTU of wg0 to 1400",
                "configure wg0: private key, listen port 51820, peers +2 ~0 -0", "add address 10.8.0.1/24 to wg0",
                "add address fd00:8::1/64 to wg0", "set wg0 up", "add route 192.168.1.0/24 through wg0",
            ])
    }

    @Test("where kernel and database agree nothing is written, so that live sessions stay")
    func agreement() throws {
        let device = try samples.device(try full())
        #expect(plan(try full(), device.observed(samples.name)).isEmpty)
    }

    @Test("a peer that roamed, shook hands and carried traffic is no difference")
    func statusIsNoDifference() throws {
        var observed = try #require(try samples.device(try full()).observed(samples.name))
        observed.peers[samples.publicKeys[0]]?.status = PeerStatus(
            endpoint: try SocketEndpoint("203.0.113.9:1024"), latestHandshake: 1_700_000_000, received: 1, sent: 2,
            persistentKeepalive: 25)
        #expect(plan(try full(), observed).isEmpty)
    }

    @Test("an MTU that is chosen no more goes back to WireGuard's own, which a new interface has already")
    func defaultMTU() throws {
        var desired = try full()
        desired.mtu = nil
        var observed = try #require(try samples.device(try full()).observed(samples.name))
        #expect(observed.mtu == 1400)
        // 1500 - 80: `ip link add wg0 type wireguard; cat /sys/class/net/wg0/mtu`.
        #expect(plan(desired, observed) == ["set MTU of wg0 to 1420"])
        observed.mtu = 1420
        #expect(plan(desired, observed).isEmpty)
        #expect(!plan(desired, nil).contains { $0.contains("MTU") })
    }

    @Test("a route through the interface that somebody else made serves, and is never removed")
    func foreignRoutes() throws {
        var observed = try #require(try samples.device(try full()).observed(samples.name))
        observed.routes = []
        observed.foreignRoutes = [samples.blocks[4], samples.blocks[5]]
        #expect(plan(try full(), observed).isEmpty)
        // One that is gone is made by us.
        observed.foreignRoutes = [samples.blocks[5]]
        #expect(plan(try full(), observed) == ["add route 192.168.1.0/24 through wg0"])
        // With the link the kernel dropped it, whosever it was.
        observed.foreignRoutes = [samples.blocks[4]]
        observed.isUp = false
        #expect(plan(try full(), observed) == ["set wg0 up", "add route 192.168.1.0/24 through wg0"])
        // The whole of a peer's block is not one half of it.
        observed.isUp = true
        observed.foreignRoutes = [try IPPrefix("192.168.0.0/16"), try IPPrefix("192.168.1.0/25")]
        #expect(plan(try full(), observed) == ["add route 192.168.1.0/24 through wg0"])
    }

    @Test("an address is added before another is removed")
    func addBeforeRemove() throws {
        let device = try samples.device(try full())
        var desired = try full()
        desired.addresses = [samples.addresses[2], samples.addresses[1]]
        #expect(
            plan(desired, device.observed(samples.name)) == [
                "add address 10.9.0.1/24 to wg0", "remove address 10.8.0.1/24 from wg0",
            ])
    }

    @Test("an interface that was set down gets its routes again, for the kernel dropped them")
    func downInterface() throws {
        var observed = try #require(try samples.device(try full()).observed(samples.name))
        observed.isUp = false
        observed.routes = []
        #expect(plan(try full(), observed) == ["set wg0 up", "add route 192.168.1.0/24 through wg0"])
    }

    @Test("routes of peers that are gone are removed, and a missing one is added")
    func routes() throws {
        var observed = try #require(try samples.device(try full()).observed(samples.name))
        observed.routes = [samples.blocks[5]]
        #expect(
            plan(try full(), observed) == [
                "remove route 192.168.2.0/24 through wg0", "add route 192.168.1.0/24 through wg0",
            ])
    }

    @Test(
        "each thing that drifted is set again, and nothing beside it",
        arguments: [
            ("private key", "configure wg0: private key"), ("no private key", "configure wg0: private key"),
            ("port", "configure wg0: listen port 51820"), ("preshared key", "configure wg0: peers +0 ~1 -0"),
            ("keepalive", "configure wg0: peers +0 ~1 -0"), ("allowed IPs", "configure wg0: peers +0 ~1 -0"),
            ("strange peer", "configure wg0: peers +0 ~0 -1"), ("lost peer", "configure wg0: peers +1 ~0 -0"),
            ("MTU", "set MTU of wg0 to 1400"), ("address", "add address 10.8.0.1/24 to wg0"),
            ("strange address", "remove address 10.9.0.1/24 from wg0"),
            ("route", "add route 192.168.1.0/24 through wg0"),
        ])
    func drift(of what: String, step: String) throws {
        var device = try samples.device(try full())
        switch what {
        case "private key": device.privateKey = samples.privateKeys[1]
        case "no private key": device.privateKey = nil
        case "port": device.listenPort = 1
        case "preshared key": device.peers[samples.publicKeys[0]]?.presharedKey = nil
        case "keepalive": device.peers[samples.publicKeys[0]]?.persistentKeepalive = 0
        case "allowed IPs": device.owners[samples.blocks[0]] = nil
        case "strange peer": device.peers[samples.publicKeys[5]] = SimulatedDevice.Peer()
        case "lost peer":
            device.peers[samples.publicKeys[1]] = nil
            device.owners[samples.blocks[1]] = nil
        case "MTU": device.mtu = 1420
        case "address": device.addresses.remove(samples.addresses[0])
        case "strange address": device.addresses.insert(samples.addresses[2])
        default: device.routes = []
        }
        #expect(plan(try full(), device.observed(samples.name)) == [step])
    }

    @Test("one peer's change mentions no other peer")
    func oneChangeOnePeer() throws {
        let device = try samples.device(try full())
        var desired = try full()
        desired.peers[samples.publicKeys[0]]?.persistentKeepalive = 10
        let steps = Plan.between(desired: desired, observed: device.observed(samples.name), name: samples.name).steps
        guard steps.count == 1, case .configure(_, let change) = steps[0] else {
            Issue.record("\(steps)")
            return
        }
        #expect(change.peers.map(\.publicKey) == [samples.publicKeys[0]])
        #expect(change.privateKey == nil)
        #expect(change.listenPort == nil)
    }

    @Test("no way of printing a plan or a state shows a key")
    func redaction() throws {
        let desired = try full()
        let secrets = [samples.privateKeys[0].revealed, samples.presharedKeys[0].revealed]
        let plan = Plan.between(desired: desired, observed: nil, name: samples.name)
        let observed = try samples.device(desired).observed(samples.name)
        for text in Printed.everyWay(plan) + Printed.everyWay(desired) + Printed.everyWay(observed) {
            for secret in secrets { #expect(!text.contains(secret)) }
        }
    }

    @Test(
        "from any state of the device the plan leads to the desired one, without a theft of allowed IPs, and then there is no more to do",
        arguments: 1...40 as ClosedRange<UInt64>)
    func reachesTheDesiredState(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let desired = samples.desired(&random)
            var device = samples.device(&random)
            let before = device.observed(samples.name)
            let plan = Plan.between(desired: desired, observed: before, name: samples.name)
            try device.apply(plan)

            let after = try #require(device.observed(samples.name))
            #expect(after.privateKey == desired.privateKey)
            #expect(after.listenPort == desired.listenPort)
            #expect(after.isUp)
            #expect(after.mtu == desired.mtu ?? 1420)
            #expect(after.addresses == Set(desired.addresses))
            #expect(after.routes == desired.peers.values.reduce(into: []) { $0.formUnion($1.routes) })
            #expect(Set(after.peers.keys) == Set(desired.peers.keys))
            for (key, peer) in desired.peers {
                let there = try #require(after.peers[key])
                #expect(there.presharedKey == peer.presharedKey)
                #expect(there.persistentKeepalive == peer.persistentKeepalive)
                #expect(there.allowedIPs == peer.allowedIPs)
                // A peer keeps the place it was last seen at.
                #expect(there.status.endpoint == before?.peers[key]?.status.endpoint ?? peer.endpoint)
            }
            #expect(device.thefts == 0)
            #expect(device.bareMoments == 0 || desired.addresses.isEmpty)
            #expect(Plan.between(desired: desired, observed: after, name: samples.name).isEmpty)
            // Each step is safe to repeat as a whole: the plan made of equal input is equal.
            let again = Plan.between(desired: desired, observed: before, name: samples.name)
            #expect(again.steps.map(\.description) == plan.steps.map(\.description))
        }
    }
}
