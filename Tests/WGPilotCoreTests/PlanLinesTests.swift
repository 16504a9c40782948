import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("What a plan would do, in lines")
struct PlanLinesTests {
    private let samples: ReconcileSamples

    init() throws {
        samples = try ReconcileSamples()
    }

    private func lines(_ change: DeviceChange) -> [String] {
        Plan(steps: [.configure(samples.name, change)]).lines
    }

    @Test("every aspect of a new peer is told, and none that it does not have")
    func additions() throws {
        let (first, second) = (samples.publicKeys[0], samples.publicKeys[1])
        let full = DesiredPeer(
            publicKey: first, presharedKey: samples.presharedKeys[0],
            allowedIPs: [samples.blocks[4], samples.blocks[0]], persistentKeepalive: 25, endpoint: samples.endpoints[1])
        let bare = DesiredPeer(
            publicKey: second, presharedKey: nil, allowedIPs: [], persistentKeepalive: 0, endpoint: nil)
        #expect(
            lines(
                DeviceChange(
                    privateKey: samples.privateKeys[0], listenPort: 51821, peers: [.add(full), .add(bare)])) == [
                    "wg0: private key is set", "wg0: listen port 51821",
                    "wg0: add peer \(first); allowed ips 10.8.0.2/32, 192.168.1.0/24; keepalive 25 s; preshared "
                        + "key; endpoint [2001:db8::1]:51820",
                    "wg0: add peer \(second)",
                ])
    }

    @Test("a change of a peer has a line for each thing that changes, and a removal one")
    func changes() throws {
        let key = samples.publicKeys[0]
        var update = PeerUpdate(publicKey: key)
        update.presharedKey = .set(samples.presharedKeys[0])
        update.persistentKeepalive = 0
        update.endpoint = samples.endpoints[0]
        update.removedAllowedIPs = [samples.blocks[0]]
        update.addedAllowedIPs = [samples.blocks[1], samples.blocks[3]]
        var second = PeerUpdate(publicKey: key)
        second.presharedKey = .clear
        second.persistentKeepalive = 30
        #expect(
            lines(DeviceChange(peers: [.update(update), .update(second), .remove(key)])) == [
                "wg0: peer \(key): preshared key is set", "wg0: peer \(key): keepalive off",
                "wg0: peer \(key): endpoint 192.0.2.1:51820", "wg0: peer \(key): remove allowed ips 10.8.0.2/32",
                "wg0: peer \(key): add allowed ips 10.8.0.3/32, fd00:8::2/128",
                "wg0: peer \(key): preshared key is removed", "wg0: peer \(key): keepalive 30 s",
                "wg0: remove peer \(key)",
            ])
    }

    @Test("the other steps are their descriptions, in the plan's order")
    func otherSteps() throws {
        let steps: [PlanStep] = [
            .createInterface(samples.name), .setMTU(samples.name, 1400),
            .addAddress(samples.name, samples.addresses[0]),
            .configure(samples.name, DeviceChange()), .setUp(samples.name), .addRoute(samples.name, samples.blocks[4]),
            .removeRoute(samples.name, samples.blocks[5]), .removeAddress(samples.name, samples.addresses[1]),
            .deleteInterface(samples.name),
        ]
        let others = steps.filter { if case .configure = $0 { false } else { true } }
        #expect(Plan(steps: steps).lines == others.map(\.description))
    }

    @Test("no line shows a private or preshared key, whatever the change", arguments: 1...20 as ClosedRange<UInt64>)
    func secrets(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let desired = samples.desired(&random)
            let observed = samples.device(&random).observed(samples.name)
            let plan = Plan.between(desired: desired, observed: observed, name: samples.name)
            #expect(plan.lines.isEmpty == plan.isEmpty, "\(random)")
            for line in plan.lines {
                for key in samples.privateKeys {
                    let bytes = key.withBytes { $0 }
                    #expect(!Printed.shows(line, secret: key.revealed, bytes: bytes), "\(random): \(line)")
                }
                for key in samples.presharedKeys {
                    let bytes = key.withBytes { $0 }
                    #expect(!Printed.shows(line, secret: key.revealed, bytes: bytes), "\(random): \(line)")
                }
            }
        }
    }
}
