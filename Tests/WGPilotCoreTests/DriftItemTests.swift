import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("What drifted, taken apart")
struct DriftItemTests {
    @Test("any choice of items and the rest of them together do what the whole plan does")
    func partition() throws {
        var random = SeededGenerator()
        let samples = try ReconcileSamples()
        for _ in 0..<300 {
            let desired = samples.desired(&random)
            var device = samples.device(&random)
            guard device.exists else { continue }
            let observed = device.observed(samples.name)
            let plan = Plan.between(desired: desired, observed: observed, name: samples.name)
            let items = plan.items(observed: observed)
            #expect(Set(items.map(\.subject)).count == items.count, "\(random)")
            let chosen = Set(items.map(\.subject).filter { _ in random.once(in: 2) })
            let parts = [plan.only { chosen.contains($0) }, plan.only { !chosen.contains($0) }]
            #expect(parts.flatMap(\.lines).sorted() == plan.lines.sorted(), "\(random)")
            #expect(plan.only { _ in true }.lines == plan.lines, "\(random)")
            try device.apply(plan.only { _ in true })
            #expect(
                Plan.between(desired: desired, observed: device.observed(samples.name), name: samples.name).isEmpty,
                "\(random)")
        }
    }

    @Test("a difference is another one once the kernel has another value, and no item shows a key")
    func identity() throws {
        let samples = try ReconcileSamples()
        let key = samples.publicKeys[0]
        let desired = DesiredInterface(
            name: samples.name, privateKey: samples.privateKeys[0], listenPort: 51820, mtu: nil, addresses: [],
            peers: [
                key: DesiredPeer(
                    publicKey: key, presharedKey: samples.presharedKeys[0], allowedIPs: [], persistentKeepalive: 0,
                    endpoint: nil)
            ])
        func item(_ presharedKey: PresharedKey?) -> DriftItem? {
            let observed = ObservedInterface(
                name: samples.name, privateKey: samples.privateKeys[0], listenPort: 51820, mtu: 1420, isUp: true,
                peers: [key: ObservedPeer(publicKey: key, presharedKey: presharedKey)])
            return Plan.between(desired: desired, observed: observed, name: samples.name).items(observed: observed)
                .first
        }
        let first = try #require(item(samples.presharedKeys[1]))
        #expect(first.subject == .peer(key))
        #expect(item(samples.presharedKeys[1])?.identity == first.identity)
        #expect(item(samples.presharedKeys[2])?.identity != first.identity)
        #expect(item(nil)?.identity != first.identity)
        #expect(item(samples.presharedKeys[0]) == nil)
        for key in samples.presharedKeys {
            #expect(!Printed.everyWay(first).contains { $0.contains(key.revealed) })
        }
    }
}
