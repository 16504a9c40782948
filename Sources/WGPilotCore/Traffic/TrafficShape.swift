/// How one direction of an interface is limited, as it is in the kernel when the steps were taken that it gave.
///
/// One peer's limit is changed in constant time, whatever the others have; nothing of theirs is touched.
public struct TrafficShape: Sendable {
    /// What a peer has in the kernel.
    private struct Share {
        var number: UInt16
        var parameters: TrafficClass
        var blocks: Set<IPPrefix>
    }

    /// The interface.
    public let interface: InterfaceName
    /// The direction.
    public let direction: TrafficDirection
    private var isThere: Bool
    private var shares: [PublicKey: Share] = [:]
    private var tree: TrafficTree
    /// Of the direction from peers the filters that lead to the device.
    private var redirects: TrafficTree
    private var taken: Set<UInt16> = []
    /// No number below it is free.
    private var hint: UInt16 = 1
    /// Classes that are there and nobody's, to which no filter leads; their numbers are taken.
    private var spares: [UInt16] = []
    /// Whether spare classes are being made, or taken away, until there are as many as there should be.
    private var isTending = false

    /// From so many limited peers on, classes are made before they are needed, and kept when they no longer are. To make
    /// or to take away one the kernel walks over all classes of the queue (`tc_bind_tclass`, net/sched/sch_api.c); to
    /// change one, and its queue and filters, takes the same time beside any number of them.
    static let manyPeers = 512
    /// Of spare classes so many are made, when fewer than the least or more than the most are there.
    static let spareClasses = (least: 16, made: 32, most: 64)
    /// How many of them are made or taken away at a time, so that no change waits for more.
    static let sparesAtATime = 4

    /// The number by which our queues and filters are known: "WG". Those that people choose are small, those that the
    /// kernel chooses are 0x8000 and more (`qdisc_alloc_handle`, net/sched/sch_api.c).
    public static let mark: UInt16 = 0x5747

    /// The numbers of classes. The queue of a class bears the class's number, so the number of the whole is none of them,
    /// nor that of the place for filters of what comes in (`TC_H_INGRESS`).
    private static func isNumber(_ number: UInt16) -> Bool { (1...0xFFFE).contains(number) && number != mark }

    /// The most peers of an interface that can have a limit in one direction.
    public static let mostPeers = 0xFFFE - 1

    /// The name of the device that takes what comes from the peers of an interface: `ifb-NAME`, or where that is longer than
    /// the kernel takes (`IFNAMSIZ`), the beginning of the name and a hash of the whole of it.
    public static func mirrorName(of interface: InterfaceName) -> String {
        let name = interface.description
        if name.utf8.count <= 11 { return "ifb-\(name)" }
        // FNV-1a of 32 bits (Fowler, Noll, Vo), folded to 24.
        let hash = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String((hash >> 24) ^ (hash & 0xFF_FFFF), radix: 16)
        return "ifb-\(name.prefix(5))\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }

    /// The name of the device that queues.
    private var device: String { direction == .down ? interface.description : Self.mirrorName(of: interface) }

    /// Whether anybody is limited.
    public var isInUse: Bool { isThere }

    /// Compares what is with what should be. Where both agree the plan is empty.
    ///
    /// - Parameters:
    ///   - interface: The interface.
    ///   - direction: The direction.
    ///   - peers: The peers that should be in the kernel, those without limits too or not.
    ///   - observed: What is there.
    /// - Returns: What is there when the plan was carried out, and the plan.
    public static func between(
        _ interface: InterfaceName, _ direction: TrafficDirection, peers: [PublicKey: DesiredPeer],
        observed: ObservedTraffic
    ) throws(TrafficObstacle) -> (shape: TrafficShape, plan: TrafficPlan) {
        let limited = peers.filter { $0.value.isLimited(direction) }
        var shape = TrafficShape(interface, direction)
        guard !limited.isEmpty else { return (shape, shape.removal(observed)) }
        let beginning = try shape.begin(observed)
        var plan = try shape.adopt(limited, observed)
        plan.append(beginning)
        // What others left behind first, then what our peers no longer have: a block that moves must be free.
        for (key, peer) in limited.sorted(by: { $0.key < $1.key }) { plan.append(try shape.set(key, to: peer)) }
        return (shape, plan)
    }

    /// An interface without limits in a direction.
    private init(_ interface: InterfaceName, _ direction: TrafficDirection) {
        self.interface = interface
        self.direction = direction
        isThere = false
        tree = TrafficTree()
        redirects = TrafficTree()
    }

    /// Brings some peers to what they should be, from what is known.
    ///
    /// - Parameters:
    ///   - keys: The peers.
    ///   - peers: Those of them that should be in the kernel.
    public mutating func change(
        _ keys: some Sequence<PublicKey>, to peers: [PublicKey: DesiredPeer]
    ) throws(TrafficObstacle) -> TrafficPlan {
        // Most hubs limit few peers, or none.
        let keys = keys.filter { shares[$0] != nil || peers[$0]?.isLimited(direction) == true }.sorted()
        var plan = TrafficPlan()
        for key in keys where shares[key] != nil && peers[key]?.isLimited(direction) != true {
            plan.append(remove(key))
        }
        // Blocks are freed before anybody claims them.
        for key in keys {
            guard let share = shares[key], let peer = peers[key] else { continue }
            plan.append(release(share.blocks.subtracting(peer.allowedIPs), of: key))
        }
        for key in keys {
            guard let peer = peers[key], peer.isLimited(direction) else { continue }
            if !isThere { plan.append(create()) }
            plan.append(try set(key, to: peer))
        }
        guard isThere, shares.isEmpty else { return plan }
        // The last one takes all of it along.
        let lines = plan.lines
        plan = teardown()
        plan.lines = lines
        return plan
    }

    // MARK: The whole

    private mutating func create() -> TrafficPlan {
        isThere = true
        return TrafficPlan(
            steps: direction == .down ? [.makeQueue(.down)] : [.makeMirror, .makeQueue(.up), .makeIngress])
    }

    private mutating func teardown() -> TrafficPlan {
        self = TrafficShape(interface, direction)
        // Nothing is sent to a device that goes.
        return TrafficPlan(steps: direction == .down ? [.removeQueue(.down)] : [.removeIngress, .removeMirror])
    }

    /// Takes away what is there of ours, for nobody is limited.
    private mutating func removal(_ observed: ObservedTraffic) -> TrafficPlan {
        guard observed.hasAny(direction) else { return TrafficPlan() }
        var plan = teardown()
        plan.lines = ["\(interface): take the limits \(direction.rawValue) away"]
        return plan
    }

    /// Makes what holds the classes, as far as it is not there.
    private mutating func begin(_ observed: ObservedTraffic) throws(TrafficObstacle) -> TrafficPlan {
        isThere = true
        let side = direction == .down ? observed.down : observed.up
        if case .foreign(let kind) = observed.mirror, direction == .up {
            throw .foreignDevice(name: device, kind)
        }
        if case .foreign(let kind) = side.queue { throw .foreignQueue(device: device, kind) }
        var steps: [TrafficStep] = []
        if direction == .up, observed.mirror != .ours(isUp: true) { steps.append(.makeMirror) }
        if side.queue != .ours { steps.append(.makeQueue(direction)) }
        if direction == .up, !observed.hasIngress { steps.append(.makeIngress) }
        return TrafficPlan(steps: steps, lines: steps.isEmpty ? [] : ["\(device): queue by peer"])
    }

    /// Takes over what is there as it should be, and takes away the rest: its filters before its classes, for a class to
    /// which a filter leads cannot go.
    private mutating func adopt(
        _ peers: [PublicKey: DesiredPeer], _ observed: ObservedTraffic
    ) throws(TrafficObstacle) -> TrafficPlan {
        let side = direction == .down ? observed.down : observed.up
        let isWhole = side.queue == .ours
        tree = isWhole ? side.tree : TrafficTree()
        let classes = isWhole ? side.classes : [:]
        redirects = direction == .up && observed.hasIngress ? observed.redirects : TrafficTree()
        let filters = tree.filters
        var numbers: [UInt16: PublicKey] = [:]
        for (key, peer) in peers.sorted(by: { $0.key < $1.key }) {
            // The class that filters of a peer lead to is the peer's, unless it is another's already.
            guard
                let number = peer.allowedIPs.sorted().compactMap({ filters[$0]?.target }).first(where: {
                    classes[$0] != nil && numbers[$0] == nil && Self.isNumber($0)
                }), let found = classes[number]
            else { continue }
            numbers[number] = key
            // One whose queue is not as it should be counts as having another limit, and is set anew.
            let parameters =
                found.hasQueue ? found.parameters : TrafficClass(rate: 0, burstTicks: 0, quantum: 0)
            let redirected = redirects.filters
            let blocks = peer.allowedIPs.filter { [direction] in
                filters[$0]?.target == number && (direction == .down || redirected[$0]?.target == 1)
            }
            shares[key] = Share(number: number, parameters: parameters, blocks: blocks)
        }
        taken = Set(numbers.keys)

        let kept = shares.values.reduce(into: Set<IPPrefix>()) { $0.formUnion($1.blocks) }
        var steps: [TrafficStep] = []
        var stale: Set<IPPrefix> = []
        for stray in tree.removeStrays() {
            steps.append(.removeFilter(.classes(direction), isV4: stray.isV4, stray.handle))
        }
        for stray in redirects.removeStrays() {
            steps.append(.removeFilter(.redirects, isV4: stray.isV4, stray.handle))
        }
        for block in redirects.filters.keys.filter({ !kept.contains($0) }).sorted() {
            stale.insert(block)
            if let filter = redirects.remove(block) {
                steps.append(.removeFilter(.redirects, isV4: block.address.isV4, filter.handle))
            }
        }
        for block in tree.filters.keys.filter({ !kept.contains($0) }).sorted() {
            stale.insert(block)
            if let filter = tree.remove(block) {
                steps.append(.removeFilter(.classes(direction), isV4: block.address.isV4, filter.handle))
            }
        }
        for number in classes.keys.filter({ numbers[$0] == nil }).sorted() {
            if peers.count >= Self.manyPeers, spares.count < Self.spareClasses.most, Self.isNumber(number) {
                spares.append(number)
                taken.insert(number)
            } else {
                steps.append(.removeClass(direction, number))
            }
        }
        let lines = stale.isEmpty ? [] : ["\(interface): \(direction.rawValue): forget \(Self.text(stale))"]
        if steps.isEmpty { return TrafficPlan() }
        return TrafficPlan(
            steps: steps, lines: lines.isEmpty ? ["\(interface): \(direction.rawValue): clear what is not ours"] : lines
        )
    }

    // MARK: One peer

    /// Brings a peer that is limited to what it should be.
    private mutating func set(_ key: PublicKey, to peer: DesiredPeer) throws(TrafficObstacle) -> TrafficPlan {
        guard let kbps = peer.limit[direction] else { return TrafficPlan() }
        let parameters = TrafficClass(kbps: kbps)
        var plan = TrafficPlan()
        if shares[key] == nil {
            guard let number = nextNumber() else { throw .tooManyPeers(interface, direction) }
            taken.insert(number)
            shares[key] = Share(
                number: number, parameters: TrafficClass(rate: 0, burstTicks: 0, quantum: 0), blocks: [])
        }
        guard var share = shares[key] else { return plan }
        let isChanged = share.parameters != parameters
        if isChanged {
            share.parameters = parameters
            plan.steps.append(.setClass(direction, share.number, parameters))
        }
        let missing = peer.allowedIPs.subtracting(share.blocks)
        for block in missing.sorted() {
            plan.steps += try classify(block, share.number)
            share.blocks.insert(block)
        }
        shares[key] = share
        plan.append(release(share.blocks.subtracting(peer.allowedIPs), of: key))
        if isChanged || !missing.isEmpty {
            plan.lines.append(
                "\(interface): \(direction.rawValue): limit \(Self.text(peer.allowedIPs)) to "
                    + BandwidthLimit.text(kbps))
        }
        return plan
    }

    /// Leads a block to a class.
    private mutating func classify(_ block: IPPrefix, _ number: UInt16) throws(TrafficObstacle) -> [TrafficStep] {
        var steps: [TrafficStep] = []
        guard let (filter, tables) = tree.place(block, target: number) else { throw .tooManyBlocks(block) }
        steps += tables.map { .addTable(.classes(direction), $0) }
        steps.append(.addFilter(.classes(direction), block, filter))
        guard direction == .up else { return steps }
        // Last: what is redirected finds its class.
        guard let (filter, tables) = redirects.place(block, target: 1) else { throw .tooManyBlocks(block) }
        steps += tables.map { .addTable(.redirects, $0) }
        steps.append(.addFilter(.redirects, block, filter))
        return steps
    }

    /// Takes blocks from a peer that stays limited.
    private mutating func release(_ blocks: Set<IPPrefix>, of key: PublicKey) -> TrafficPlan {
        if blocks.isEmpty { return TrafficPlan() }
        shares[key]?.blocks.subtract(blocks)
        return TrafficPlan(
            steps: blocks.sorted().flatMap { declassify($0) },
            lines: ["\(interface): \(direction.rawValue): forget \(Self.text(blocks))"])
    }

    private mutating func declassify(_ block: IPPrefix) -> [TrafficStep] {
        let isV4 = block.address.isV4
        var steps: [TrafficStep] = []
        if let filter = redirects.remove(block) { steps.append(.removeFilter(.redirects, isV4: isV4, filter.handle)) }
        if let filter = tree.remove(block) {
            steps.append(.removeFilter(.classes(direction), isV4: isV4, filter.handle))
        }
        return steps
    }

    /// Takes the limit of a peer away.
    private mutating func remove(_ key: PublicKey) -> TrafficPlan {
        guard let share = shares.removeValue(forKey: key) else { return TrafficPlan() }
        var steps = share.blocks.sorted().flatMap { declassify($0) }
        if shares.count >= Self.manyPeers {
            spares.append(share.number)
        } else {
            release(share.number)
            steps.append(.removeClass(direction, share.number))
        }
        return TrafficPlan(
            steps: steps,
            lines: ["\(interface): \(direction.rawValue): no limit for \(Self.text(share.blocks))"])
    }

    private mutating func release(_ number: UInt16) {
        taken.remove(number)
        hint = min(hint, number)
    }

    // MARK: Spare classes

    /// The next few steps towards as many spare classes as there should be; empty where there are.
    public mutating func tend() -> [TrafficStep] {
        let isMany = shares.count >= Self.manyPeers
        let wanted = isMany ? Self.spareClasses.made : 0
        // Between half of many and many neither is done, so that one peer that comes and goes makes no work.
        let isEnough =
            isMany
            ? (Self.spareClasses.least...Self.spareClasses.most).contains(spares.count)
            : spares.isEmpty || shares.count >= Self.manyPeers / 2 && spares.count <= Self.spareClasses.most
        if !isEnough { isTending = true }
        guard isTending else { return [] }
        var steps: [TrafficStep] = []
        while steps.count < Self.sparesAtATime, spares.count != wanted {
            if spares.count > wanted {
                let number = spares.removeLast()
                release(number)
                steps.append(.removeClass(direction, number))
            } else {
                guard let number = nextFreeNumber() else { break }
                taken.insert(number)
                spares.append(number)
                // The least there is; whoever gets it sets it.
                steps.append(.setClass(direction, number, TrafficClass(kbps: BandwidthLimit.range.lowerBound)))
            }
        }
        if steps.count < Self.sparesAtATime { isTending = false }
        return steps
    }

    // MARK: Numbers

    /// A number for one more peer: of a class that is there, else the lowest that is free.
    private mutating func nextNumber() -> UInt16? { spares.popLast() ?? nextFreeNumber() }

    /// The lowest number that is free.
    private mutating func nextFreeNumber() -> UInt16? {
        while hint < 0xFFFF {
            if Self.isNumber(hint), !taken.contains(hint) {
                defer { hint += 1 }
                return hint
            }
            hint += 1
        }
        return nil
    }

    private static func text(_ blocks: Set<IPPrefix>) -> String {
        let shown = blocks.sorted().prefix(20).map(\.description).joined(separator: ", ")
        return blocks.count > 20 ? "\(shown) and \(blocks.count - 20) more" : shown
    }
}

extension DesiredPeer {
    /// Whether the peer needs a class: it has a limit, and something to be told by.
    fileprivate func isLimited(_ direction: TrafficDirection) -> Bool {
        limit[direction] != nil && !allowedIPs.isEmpty
    }
}
