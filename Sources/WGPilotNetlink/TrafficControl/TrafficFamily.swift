import CMnl
import Glibc
import Synchronization
import WGPilotCore

/// Queues, classes and filters, through rtnetlink.
final class TrafficFamily: Sendable {
    private let connection = NetlinkConnection(bus: NETLINK_ROUTE, label: "wgpilot.traffic")
    /// Whether this kernel has fq_codel, as far as is known.
    private let hasFairQueue = Mutex(true)

    /// The port of netlink that our changes come from.
    func port() async throws(NetlinkError) -> UInt32 { try await connection.port() }

    // MARK: Observing

    /// What there is on an interface; nil where there is no such interface.
    func observe(_ interface: InterfaceName) async throws(NetlinkError) -> ObservedTraffic {
        let queues = try await connection.collect(TrafficRequests.getQueues(), into: [TrafficReplies.Queue]()) {
            (queues, message) throws(NetlinkError) in
            if let queue = try TrafficReplies.queue(message) { queues.append(queue) }
        }
        var observed = ObservedTraffic()
        let mirror = try await device(TrafficShape.mirrorName(of: interface))
        if let mirror {
            observed.mirror = mirror.isOurs ? .ours(isUp: mirror.isUp) : .foreign(mirror.kind ?? "hardware")
        }
        if let link = try await device(interface.description) {
            observed.down = try await side(link.index, queues, isSource: false)
            observed.hasIngress = queues.contains {
                $0.device == link.index && $0.parent == TrafficNumbers.ingressParent
            }
            if observed.hasIngress {
                observed.redirects = try await filters(
                    link.index, parent: TrafficNumbers.ingressFilters, isSource: true,
                    redirection: mirror?.index ?? -1
                ).tree
            }
        }
        if let mirror, mirror.isOurs { observed.up = try await side(mirror.index, queues, isSource: true) }
        return observed
    }

    private func side(
        _ device: Int32, _ queues: [TrafficReplies.Queue], isSource: Bool
    ) async throws(NetlinkError) -> ObservedTraffic.Side {
        var side = ObservedTraffic.Side()
        side.queue = Self.root(of: device, queues)
        guard side.queue == .ours else { return side }
        side.classes = try await connection.collect(
            TrafficRequests.getClasses(device), into: [UInt16: ObservedTraffic.Class]()
        ) { (classes, message) throws(NetlinkError) in
            if let (number, found) = try TrafficReplies.trafficClass(message) { classes[number] = found }
        }
        side.tree = try await filters(device, parent: TrafficNumbers.root, isSource: isSource, redirection: nil).tree
        return side
    }

    private static func root(of device: Int32, _ queues: [TrafficReplies.Queue]) -> ObservedTraffic.Queue {
        guard
            let root = queues.first(where: { $0.device == device && $0.parent == TrafficNumbers.rootParent }),
            root.handle != 0
        else { return .kernels }
        if root.handle == TrafficNumbers.root, root.kind == "htb" { return .ours }
        return .foreign("\(root.kind) \(String(root.handle >> 16, radix: 16)):")
    }

    private func filters(
        _ device: Int32, parent: UInt32, isSource: Bool, redirection: Int32?
    ) async throws(NetlinkError) -> TrafficReplies.Filters {
        try await connection.collect(
            TrafficRequests.getFilters(device, parent: parent), into: TrafficReplies.Filters()
        ) { (filters, message) throws(NetlinkError) in
            try TrafficReplies.add(message, to: &filters, isSource: isSource, redirection: redirection)
        }
    }

    /// A device by its name; nil where there is none.
    private func device(_ name: String) async throws(NetlinkError) -> TrafficReplies.Device? {
        do {
            return try await connection.collect(
                try RouteRequests.getLink(name), into: TrafficReplies.Device?.none
            ) { (device, message) throws(NetlinkError) in
                if let found = try TrafficReplies.device(message) { device = found }
            }
        } catch let error where error.refusal == ENODEV {
            return nil
        }
    }

    // MARK: Steps

    /// Takes the steps in order; throws at the first that fails, having taken those before it.
    func take(_ steps: [TrafficStep], on interface: InterfaceName) async throws(KernelError) {
        let name = TrafficShape.mirrorName(of: interface)
        let operation = "limit the bandwidth of peers of \(interface)"
        var link = try await translating(operation) { () throws(NetlinkError) in
            try await device(interface.description)?.index
        }
        var mirror: Int32?
        var isMirrorKnown = false
        for step in steps {
            do throws(NetlinkError) {
                if !isMirrorKnown, step.concernsMirror {
                    let found = try await device(name)
                    mirror = found?.isOurs == true ? found?.index : nil
                    isMirrorKnown = true
                }
                switch step {
                case .makeMirror:
                    mirror = try await makeMirror(name)
                case .removeMirror:
                    if let index = mirror {
                        try await connection.perform(try RouteRequests.deleteLink(index), unless: [ENODEV])
                    }
                    mirror = nil
                default:
                    try await take(step, link: link, mirror: mirror)
                }
            } catch {
                // Whoever is gone has nothing left to take away.
                if step.isRemoval, link == nil || error.refusal == ENODEV {
                    link = nil
                    continue
                }
                throw Self.explained(error, step, interface, operation)
            }
        }
    }

    private func makeMirror(_ name: String) async throws(NetlinkError) -> Int32 {
        try await connection.perform(try TrafficRequests.makeDevice(name), unless: [EEXIST])
        guard let found = try await device(name), found.isOurs else {
            throw .refused(errno: EEXIST, kernelMessage: nil)
        }
        if !found.isUp { try await connection.perform(try RouteRequests.setLink(found.index, up: true)) }
        return found.index
    }

    private func take(_ step: TrafficStep, link: Int32?, mirror: Int32?) async throws(NetlinkError) {
        func index(_ direction: TrafficDirection) throws(NetlinkError) -> Int32 {
            guard let index = direction == .down ? link : mirror else {
                throw .refused(errno: ENODEV, kernelMessage: nil)
            }
            return index
        }
        func place(_ tree: TrafficStep.Tree) throws(NetlinkError) -> (device: Int32, parent: UInt32, isSource: Bool) {
            switch tree {
            case .classes(let direction): (try index(direction), TrafficNumbers.root, direction == .up)
            case .redirects: (try index(.down), TrafficNumbers.ingressFilters, true)
            }
        }
        switch step {
        case .makeMirror, .removeMirror: break
        case .makeQueue(let direction): try await makeQueue(try index(direction))
        case .removeQueue(let direction):
            // EINVAL says that the queue there bears another number, so that it is not ours.
            try await connection.perform(
                TrafficRequests.removeQueue(try index(direction)), unless: [ENOENT, EINVAL, ENODEV])
        case .makeIngress: try await makeIngress(try index(.down))
        case .removeIngress: try await removeIngress(try index(.down))
        case .setClass(let direction, let number, let parameters):
            try await setClass(try index(direction), number, parameters)
        case .removeClass(let direction, let number):
            try await connection.perform(
                TrafficRequests.removeClass(try index(direction), number), unless: [ENOENT])
        case .addTable(let tree, let table):
            let (device, parent, isSource) = try place(tree)
            try await connection.perform(
                try TrafficRequests.makeTable(device, parent: parent, table), unless: [EEXIST, EBUSY, ENOSPC])
            try await connection.perform(
                try TrafficRequests.link(device, parent: parent, table, isSource: isSource), unless: [EEXIST])
        case .addFilter(let tree, let block, let filter):
            let (device, parent, isSource) = try place(tree)
            var verdict = TrafficRequests.Verdict.toClass(filter.target)
            if tree == .redirects { verdict = .toDevice(try index(.up)) }
            try await connection.perform(
                try TrafficRequests.makeFilter(
                    device, parent: parent, block, handle: filter.handle, isSource: isSource, verdict),
                unless: [EEXIST])
        case .removeFilter(let tree, let isV4, let handle):
            let (device, parent, _) = try place(tree)
            try await connection.perform(
                try TrafficRequests.removeFilter(device, parent: parent, isV4: isV4, handle: handle), unless: [ENOENT])
        }
    }

    private func makeQueue(_ device: Int32) async throws(NetlinkError) {
        do throws(NetlinkError) {
            try await connection.perform(try TrafficRequests.makeQueue(device))
        } catch  where error.refusal == EEXIST {
            let queues = try await connection.collect(TrafficRequests.getQueues(), into: [TrafficReplies.Queue]()) {
                (queues, message) throws(NetlinkError) in
                if let queue = try TrafficReplies.queue(message), queue.device == device { queues.append(queue) }
            }
            if Self.root(of: device, queues) != .ours { throw error }
        }
    }

    private func makeIngress(_ device: Int32) async throws(NetlinkError) {
        do throws(NetlinkError) {
            try await connection.perform(try TrafficRequests.makeIngress(device))
        } catch  where error.refusal == EEXIST || error.refusal == EINVAL {
            // There is one already; somebody's `clsact` serves as well.
            if try await ingressKind(device) == nil { throw error }
        }
    }

    private func ingressKind(_ device: Int32) async throws(NetlinkError) -> String? {
        try await connection.collect(TrafficRequests.getQueues(), into: String?.none) {
            (kind, message) throws(NetlinkError) in
            guard let queue = try TrafficReplies.queue(message) else { return }
            if queue.device == device, queue.parent == TrafficNumbers.ingressParent { kind = queue.kind }
        }
    }

    private func removeIngress(_ device: Int32) async throws(NetlinkError) {
        guard let kind = try await ingressKind(device) else { return }
        for isV4 in [true, false] {
            try await connection.perform(
                TrafficRequests.removeFilters(device, parent: TrafficNumbers.ingressFilters, isV4: isV4),
                unless: [ENOENT, EINVAL])
        }
        // A `clsact` is never ours, and what holds others' filters stays for them.
        guard kind == "ingress",
            try await !filters(device, parent: TrafficNumbers.ingressFilters, isSource: true, redirection: nil)
                .hasOthers
        else { return }
        try await connection.perform(try TrafficRequests.removeIngress(device), unless: [ENOENT, EINVAL])
    }

    private func setClass(_ device: Int32, _ number: UInt16, _ parameters: TrafficClass) async throws(NetlinkError) {
        try await connection.perform(try TrafficRequests.setClass(device, number, parameters))
        if hasFairQueue.withLock({ $0 }) {
            do throws(NetlinkError) {
                try await setLeaf(device, number, parameters, .fairQueue)
                return
            } catch  where error.refusal == ENOENT {
                hasFairQueue.withLock { $0 = false }
            }
        }
        try await setLeaf(device, number, parameters, .fifo)
    }

    private func setLeaf(
        _ device: Int32, _ number: UInt16, _ parameters: TrafficClass, _ leaf: TrafficRequests.Leaf
    ) async throws(NetlinkError) {
        let request = try TrafficRequests.setLeaf(device, number, parameters, leaf, isNew: true)
        do throws(NetlinkError) {
            try await connection.perform(request)
        } catch  where error.refusal == EINVAL || error.refusal == EOPNOTSUPP {
            // One is there: of this kind, which is changed in place, or of another, which has to go.
            do throws(NetlinkError) {
                try await connection.perform(
                    try TrafficRequests.setLeaf(device, number, parameters, leaf, isNew: false))
            } catch  where error.refusal == EINVAL || error.refusal == EOPNOTSUPP {
                try await connection.perform(TrafficRequests.removeLeaf(device, number), unless: [ENOENT])
                try await connection.perform(request)
            }
        }
    }

    // MARK: Errors

    /// The error that says which part the kernel lacks, where it does.
    static func explained(
        _ error: NetlinkError, _ step: TrafficStep, _ interface: InterfaceName, _ operation: String
    ) -> KernelError {
        if let part = missingPart(error, step) {
            return KernelError(
                code: .notSupported, operation: operation, errno: error.refusal, kernelMessage: error.words,
                message: "this kernel has no \(part.name), which it takes for limits \(part.purpose); load the module "
                    + "\(part.module), or take the limits away")
        }
        if error.refusal == EEXIST {
            let name = TrafficShape.mirrorName(of: interface)
            let obstacle =
                step == .makeMirror
                ? TrafficObstacle.foreignDevice(name: name, "of another group or kind")
                : TrafficObstacle.foreignQueue(device: interface.description, "made meanwhile")
            return KernelError(
                code: .nameTaken, operation: operation, errno: EEXIST, message: obstacle.description)
        }
        return KernelError(error, operation: operation)
    }

    /// What the kernel lacks when it answers so to a step. An unknown kind of queue, filter or action is `ENOENT`, an unknown
    /// kind of device `EOPNOTSUPP` (net/sched/sch_api.c, cls_api.c, act_api.c, net/core/rtnetlink.c); a kernel without
    /// traffic control answers `EOPNOTSUPP` to all of it.
    private static func missingPart(
        _ error: NetlinkError, _ step: TrafficStep
    ) -> (name: String, module: String, purpose: String)? {
        guard [ENOENT, EOPNOTSUPP].contains(error.refusal) else { return nil }
        return switch step {
        case .makeMirror: ("IFB device", "ifb", "from peers")
        case .makeQueue: ("HTB queueing discipline", "sch_htb", "of bandwidth")
        case .makeIngress: ("ingress queueing discipline", "sch_ingress", "from peers")
        case .addTable: ("u32 filter", "cls_u32", "of bandwidth")
        case .addFilter(.redirects, _, _): ("mirred action", "act_mirred", "from peers")
        default: nil
        }
    }
}

extension TrafficStep {
    /// Whether the device that takes what comes from peers is needed for it.
    fileprivate var concernsMirror: Bool {
        switch self {
        case .makeMirror, .removeMirror: true
        case .makeQueue(let direction), .removeQueue(let direction), .setClass(let direction, _, _),
            .removeClass(let direction, _):
            direction == .up
        case .addTable(let tree, _), .addFilter(let tree, _, _), .removeFilter(let tree, _, _): tree != .classes(.down)
        case .makeIngress, .removeIngress: false
        }
    }

    /// Whether it only takes away.
    fileprivate var isRemoval: Bool {
        switch self {
        case .removeMirror, .removeQueue, .removeIngress, .removeClass, .removeFilter: true
        case .makeMirror, .makeQueue, .makeIngress, .setClass, .addTable, .addFilter: false
        }
    }
}

extension NetlinkError {
    /// What the kernel itself said of it, where it did.
    fileprivate var words: String? {
        if case .refused(_, let words) = self { words } else { nil }
    }
}
