import Testing
import WGPilotNetlink
import WGPilotTestSupport

@testable import WGPilotCore

@Suite struct TrafficShapeTests {
    private static let name: InterfaceName = {
        guard let name = try? InterfaceName("wg0") else { preconditionFailure("a name") }
        return name
    }()

    private static func key(_ number: Int) throws -> PublicKey {
        try #require(
            PublicKey(bytes: UInt64(number + 1).bytes + [UInt8](repeating: 7, count: 24)))
    }

    private static func peer(
        _ number: Int, _ blocks: [String], up: Int64? = nil, down: Int64? = nil
    ) throws -> (PublicKey, DesiredPeer) {
        let key = try key(number)
        return (
            key,
            DesiredPeer(
                publicKey: key, presharedKey: nil, allowedIPs: Set(try Samples.prefixes(blocks)),
                persistentKeepalive: 0,
                endpoint: nil, limit: TrafficLimit(up: up, down: down))
        )
    }

    /// Compares, takes the steps, and gives what was there then.
    private static func bring(
        _ kernel: inout SimulatedTraffic, to peers: [PublicKey: DesiredPeer]
    ) throws -> [TrafficDirection: TrafficShape] {
        var shapes: [TrafficDirection: TrafficShape] = [:]
        for direction in TrafficDirection.allCases {
            let (shape, plan) = try TrafficShape.between(
                name, direction, peers: peers, observed: kernel.state)
            for step in plan.steps { try kernel.take(step) }
            #expect(plan.isEmpty == plan.lines.isEmpty)
            shapes[direction] = shape
        }
        return shapes
    }

    /// What the kernel does to each block, told without the shape's own bookkeeping.
    private static func limits(_ kernel: SimulatedTraffic, _ direction: TrafficDirection) -> [IPPrefix: Int64] {
        let side = direction == .down ? kernel.state.down : kernel.state.up
        return side.tree.filters.compactMapValues { filter in
            side.classes[filter.target].map(\.parameters.kbps)
        }.filter { block, _ in direction == .down || kernel.state.redirects.filters[block]?.target == 1 }
    }

    private static func expect(_ kernel: SimulatedTraffic, is peers: [PublicKey: DesiredPeer], _ what: String) {
        for direction in TrafficDirection.allCases {
            var wanted: [IPPrefix: Int64] = [:]
            for peer in peers.values {
                guard let kbps = peer.limit[direction] else { continue }
                for block in peer.allowedIPs { wanted[block] = kbps }
            }
            #expect(limits(kernel, direction) == wanted, "\(direction): \(what)")
            let side = direction == .down ? kernel.state.down : kernel.state.up
            let limited = peers.values.count { $0.limit[direction] != nil && !$0.allowedIPs.isEmpty }
            #expect(side.classes.count == limited, "no class is left over: \(direction): \(what)")
            #expect(kernel.state.hasAny(direction) == (limited > 0), "\(direction): \(what)")
        }
        #expect(Set(kernel.state.redirects.filters.keys) == Set(kernel.state.up.tree.filters.keys), "\(what)")
    }

    @Test("whatever is there becomes what should be, a second look finds nothing to do, and so do single changes")
    func anyToAny() throws {
        var random = SeededGenerator()
        let blocks = try Samples.prefixes(
            (2..<12).map { "10.8.0.\($0)/32" } + (2..<6).map { "fd00::\($0)/128" } + [
                "192.168.1.0/24", "192.168.2.0/24", "172.16.0.0/12", "fd01::/64", "fd02::/48", "10.9.0.2/32",
            ])
        let keys = try (0..<8).map { try Self.key($0) }
        func world() -> [PublicKey: DesiredPeer] {
            var peers: [PublicKey: DesiredPeer] = [:]
            for key in keys where !random.once(in: 4) {
                peers[key] = DesiredPeer(
                    publicKey: key, presharedKey: nil, allowedIPs: [], persistentKeepalive: 0, endpoint: nil,
                    limit: TrafficLimit(
                        up: random.once(in: 2) ? nil : Int64(8 + random.number(below: 3)),
                        down: random.once(in: 2) ? nil : Int64(8 + random.number(below: 3))))
            }
            for block in blocks {
                if let owner = peers.keys.sorted().randomElement(using: &random) {
                    peers[owner]?.allowedIPs.insert(block)
                }
            }
            return peers
        }
        for round in 0..<300 {
            let what = "seed \(random.seed), round \(round)"
            var kernel = SimulatedTraffic()
            var peers = random.once(in: 10) ? [:] : world()
            _ = try Self.bring(&kernel, to: peers)
            Self.expect(kernel, is: peers, what)
            if random.once(in: 2) { Self.disturb(&kernel, blocks, &random) }
            peers = random.once(in: 10) ? [:] : world()
            var shapes = try Self.bring(&kernel, to: peers)
            Self.expect(kernel, is: peers, what)
            kernel.forgetSteps()
            _ = try Self.bring(&kernel, to: peers)
            #expect(kernel.steps.isEmpty, "\(what): nothing is written where nothing differs")

            for _ in 0..<5 {
                let next = world()
                // Blocks move between peers only where both are told.
                for direction in TrafficDirection.allCases {
                    let changed = try shapes[direction]?.change(keys, to: next)
                    let plan = try #require(changed)
                    for step in plan.steps { try kernel.take(step) }
                    #expect(plan.isEmpty == plan.lines.isEmpty)
                }
                Self.expect(kernel, is: next, what)
                peers = next
            }
            kernel.forgetSteps()
            _ = try Self.bring(&kernel, to: peers)
            #expect(kernel.steps.isEmpty, "\(what): what single changes left is what a comparison wants")
        }
    }

    /// What an administrator or a crash may leave.
    private static func disturb(
        _ kernel: inout SimulatedTraffic, _ blocks: [IPPrefix], _ random: inout SeededGenerator
    ) {
        var state = kernel.state
        switch random.number(below: 9) {
        case 0: state.down = .init()
        case 1:
            state.mirror = .absent
            state.up = .init()
            state.redirects = TrafficTree(
                tables: state.redirects.tables,
                filters: state.redirects.filters.mapValues { .init(handle: $0.handle, target: 0) })
        case 2: if case .ours = state.mirror { state.mirror = .ours(isUp: false) }
        case 3:
            state.hasIngress = false
            state.redirects = TrafficTree()
        case 4:
            for (number, found) in state.down.classes where random.once(in: 2) {
                state.down.classes[number] = .init(parameters: found.parameters, hasQueue: false)
            }
        case 5:
            for number in state.up.classes.keys where random.once(in: 2) {
                state.up.classes[number]?.parameters.rate += 1
            }
        case 6:
            let filters = state.down.tree.filters.filter { _ in !random.once(in: 2) }
            state.down.tree = TrafficTree(tables: state.down.tree.tables, filters: filters)
        case 7:
            let filters = state.redirects.filters.filter { _ in !random.once(in: 2) }
            state.redirects = TrafficTree(tables: state.redirects.tables, filters: filters)
        default:
            if state.down.queue == .ours {
                state.down.classes[777] = .init(parameters: TrafficClass(kbps: 64), hasQueue: true)
                state.down.tree = TrafficTree(
                    tables: state.down.tree.tables, filters: state.down.tree.filters,
                    strays: [.init(isV4: true, handle: 0x10F_FF_001)])
            }
        }
        kernel.state = state
    }

    @Test("a change of one peer gives no step about another's class or filters")
    func neighbours() throws {
        var kernel = SimulatedTraffic()
        var peers = Dictionary(
            uniqueKeysWithValues: try (0..<50).map {
                try Self.peer($0, ["10.8.0.\($0 + 2)/32", "fd00::\($0 + 2)/128"], up: 1000, down: 2000)
            })
        var shapes = try Self.bring(&kernel, to: peers)
        let key = try Self.key(7)
        let block = try IPPrefix("10.8.0.9/32")
        let number = try #require(kernel.state.down.tree.filters[block]?.target)
        peers[key]?.limit.down = 3000
        let changed = try shapes[.down]?.change([key], to: peers)
        let plan = try #require(changed)
        #expect(plan.steps == [.setClass(.down, number, TrafficClass(kbps: 3000))])
        #expect(plan.lines == ["wg0: down: limit 10.8.0.9/32, fd00::9/128 to 3 Mbit/s"])
        let other = try shapes[.up]?.change([key], to: peers)
        #expect(other == TrafficPlan())
        peers[key]?.limit = .none
        let lifted = try shapes[.down]?.change([key], to: peers)
        let removal = try #require(lifted)
        #expect(removal.steps.count == 3 && removal.steps.last == .removeClass(.down, number))
        #expect(removal.lines == ["wg0: down: no limit for 10.8.0.9/32, fd00::9/128"])
    }

    @Test("the last limit takes the queue along, and the first makes it")
    func firstAndLast() throws {
        var kernel = SimulatedTraffic()
        let (key, peer) = try Self.peer(0, ["10.8.0.2/32"], up: 1000)
        var shapes = try Self.bring(&kernel, to: [:])
        #expect(kernel.steps.isEmpty && shapes[.up]?.isInUse == false)
        let begun = try shapes[.up]?.change([key], to: [key: peer])
        let first = try #require(begun)
        #expect(first.steps.prefix(3) == [.makeMirror, .makeQueue(.up), .makeIngress])
        for step in first.steps { try kernel.take(step) }
        Self.expect(kernel, is: [key: peer], "first")
        let ended = try shapes[.up]?.change([key], to: [:])
        let last = try #require(ended)
        #expect(last.steps == [.removeIngress, .removeMirror])
        for step in last.steps { try kernel.take(step) }
        Self.expect(kernel, is: [:], "last")
    }

    @Test("what others have in the place is left alone, and said")
    func foreign() throws {
        let (key, peer) = try Self.peer(0, ["10.8.0.2/32"], up: 1000, down: 1000)
        var observed = ObservedTraffic(down: .init(queue: .foreign("fq_codel 8001:")))
        #expect(throws: TrafficObstacle.foreignQueue(device: "wg0", "fq_codel 8001:")) {
            _ = try TrafficShape.between(Self.name, .down, peers: [key: peer], observed: observed)
        }
        let (_, plan) = try TrafficShape.between(Self.name, .down, peers: [:], observed: observed)
        #expect(plan.isEmpty)
        observed = ObservedTraffic(mirror: .foreign("dummy"))
        #expect(throws: TrafficObstacle.foreignDevice(name: "ifb-wg0", "dummy")) {
            _ = try TrafficShape.between(Self.name, .up, peers: [key: peer], observed: observed)
        }
        #expect(
            TrafficObstacle.foreignQueue(device: "wg0", "fq_codel 8001:").description.contains(
                "tc qdisc del dev wg0 root"))
    }

    @Test("as many peers as there are numbers are limited, and one more is refused")
    func tooMany() throws {
        var peers: [PublicKey: DesiredPeer] = [:]
        for number in 0...TrafficShape.mostPeers {
            let key = try Self.key(number)
            let address = IPv4Address(rawValue: 0x0A00_0001 + UInt32(number))
            peers[key] = DesiredPeer(
                publicKey: key, presharedKey: nil, allowedIPs: [IPPrefix(masking: .v4(address), length: 32)],
                persistentKeepalive: 0, endpoint: nil, limit: TrafficLimit(down: 1000))
        }
        let extra = try #require(peers.keys.max())
        let removed = peers.removeValue(forKey: extra)
        let last = try #require(removed)
        var (shape, plan) = try TrafficShape.between(Self.name, .down, peers: peers, observed: ObservedTraffic())
        var numbers: Set<UInt16> = []
        for case .setClass(_, let number, _) in plan.steps { numbers.insert(number) }
        #expect(numbers.count == TrafficShape.mostPeers && TrafficShape.mostPeers == 65_533)
        #expect(!numbers.contains(TrafficShape.mark) && !numbers.contains(0) && !numbers.contains(0xFFFF))
        #expect(throws: TrafficObstacle.tooManyPeers(Self.name, .down)) {
            _ = try shape.change([extra], to: [extra: last])
        }
    }

    @Test("beside many, a peer more or less makes and takes away no class, and spare ones stay few")
    func spareClasses() throws {
        var random = SeededGenerator()
        var kernel = SimulatedTraffic()
        func made(_ number: Int) throws -> (PublicKey, DesiredPeer) {
            try Self.peer(number, ["10.8.\(number / 250).\(number % 250)/32"], down: 1000)
        }
        func classSteps(_ steps: [TrafficStep]) -> Int {
            steps.count {
                switch $0 {
                case .setClass(_, let number, _): kernel.state.down.classes[number] == nil
                case .removeClass: true
                default: false
                }
            }
        }
        var peers = Dictionary(uniqueKeysWithValues: try (0..<600).map(made))
        var shape = try #require(try Self.bring(&kernel, to: peers)[.down])
        /// Takes the steps of one change; how many classes it made or took away.
        func change(_ number: Int, _ isThere: Bool) throws -> Int {
            let (key, peer) = try made(number)
            peers[key] = isThere ? peer : nil
            let plan = try shape.change([key], to: peers)
            let count = classSteps(plan.steps)
            for step in plan.steps { try kernel.take(step) }
            return count
        }
        /// Until nothing is left to be done.
        func tend() throws {
            for _ in 0..<1000 {
                let steps = shape.tend()
                if steps.isEmpty { return }
                #expect(steps.count <= TrafficShape.sparesAtATime)
                for step in steps { try kernel.take(step) }
            }
            Issue.record("it never ends: seed \(random.seed)")
        }
        func spares() -> Int { kernel.state.down.classes.count - peers.count }

        try tend()
        #expect(spares() == TrafficShape.spareClasses.made)
        for round in 0..<300 {
            // Half of two hundred come and go beside five hundred.
            let number = 500 + random.number(below: 200)
            let isThere = peers[try Self.key(number)] != nil
            #expect(try change(number, !isThere) == 0, "seed \(random.seed), round \(round)")
            try tend()
            #expect(spares() <= TrafficShape.spareClasses.most, "seed \(random.seed), round \(round)")
            let wanted = Dictionary(
                uniqueKeysWithValues: peers.values.flatMap { peer in peer.allowedIPs.map { ($0, Int64(1000)) } })
            #expect(Self.limits(kernel, .down) == wanted, "seed \(random.seed), round \(round)")
        }
        // After a restart nothing is written, and they are known.
        kernel.forgetSteps()
        shape = try #require(try Self.bring(&kernel, to: peers)[.down])
        #expect(kernel.steps.isEmpty)
        #expect(shape.tend().isEmpty)
        // Fewer peers need none; the last takes all of it along.
        for number in 0..<700 where peers.count > 200 { _ = try change(number, false) }
        try tend()
        #expect(spares() == 0 && peers.count == 200)
        for number in 0..<700 { _ = try change(number, false) }
        #expect(kernel.state == ObservedTraffic())
    }

    @Test("the device beside an interface has a name that the kernel takes, another one for each interface")
    func mirrorNames() throws {
        let names = try ["wg0", "wg-office-11", "wg-office-12", "wireguard-lab1", "wireguard-lab22", "abcdefghijk"].map
        {
            TrafficShape.mirrorName(of: try InterfaceName($0))
        }
        #expect(names.first == "ifb-wg0" && names.last == "ifb-abcdefghijk")
        #expect(Set(names).count == names.count)
        for name in names { #expect(throws: Never.self) { _ = try InterfaceName(name) } }
    }
}

extension UInt64 {
    fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) } }
}
