public import WGPilotCore
public import WGPilotNetlink

/// Queues, classes and filters of one interface in memory, as strict as the kernel: no filter leads to a class that is not
/// there or stands in a table that nothing leads to, and no class goes to which a filter leads.
public struct SimulatedTraffic: Sendable {
    /// What is there.
    public var state = ObservedTraffic()
    /// Whether the kernel has no device that takes what comes from peers.
    public var lacksMirror = false
    /// The steps that were taken.
    public private(set) var steps: [TrafficStep] = []

    /// Makes one with nothing on it.
    public init() {}

    /// Forgets which steps were taken.
    public mutating func forgetSteps() { steps = [] }

    /// Takes one step.
    public mutating func take(_ step: TrafficStep) throws(KernelError) {
        switch step {
        case .makeMirror:
            if lacksMirror {
                throw KernelError(code: .notSupported, operation: "limit", message: "this kernel has no IFB device")
            }
            if case .foreign = state.mirror { throw Self.refusal(.nameTaken, step) }
            state.mirror = .ours(isUp: true)
        case .removeMirror:
            if case .ours = state.mirror {
                state.mirror = .absent
                state.up = .init()
                // What led there leads nowhere.
                for (block, filter) in state.redirects.filters {
                    state.redirects.filters[block] = .init(handle: filter.handle, target: 0)
                }
            }
        case .makeQueue(let direction):
            if direction == .up, state.mirror != .ours(isUp: true) { throw Self.refusal(.noSuchDevice, step) }
            if case .foreign = self[direction].queue { throw Self.refusal(.nameTaken, step) }
            if self[direction].queue != .ours { self[direction] = .init(queue: .ours) }
        case .removeQueue(let direction):
            if self[direction].queue == .ours { self[direction] = .init() }
        case .makeIngress:
            state.hasIngress = true
        case .removeIngress:
            state.hasIngress = false
            state.redirects = TrafficTree()
        case .setClass(let direction, let number, let parameters):
            guard self[direction].queue == .ours else { throw Self.refusal(.invalidValue, step) }
            self[direction].classes[number] = .init(parameters: parameters, hasQueue: true)
        case .removeClass(let direction, let number):
            if self[direction].tree.filters.values.contains(where: { $0.target == number }) {
                throw Self.refusal(.busy, step)
            }
            self[direction].classes[number] = nil
        case .addTable(let tree, let table):
            try check(tree, step)
            if let parent = table.parent, !self[tree].tables.contains(parent) {
                throw Self.refusal(.invalidValue, step)
            }
            self[tree].tables.insert(table)
        case .addFilter(let tree, let block, let filter):
            try check(tree, step)
            guard let table = TrafficTable.path(to: block).last, self[tree].tables.contains(table),
                filter.handle & ~0xFFF == table.handle(bucket: table.bucket(of: block)),
                !self[tree].filters.values.contains(where: { $0.handle == filter.handle })
            else { throw Self.refusal(.invalidValue, step) }
            switch tree {
            case .classes(let direction):
                if self[direction].classes[filter.target] == nil { throw Self.refusal(.invalidValue, step) }
            case .redirects:
                if state.mirror != .ours(isUp: true) { throw Self.refusal(.noSuchDevice, step) }
            }
            self[tree].filters[block] = filter
        case .removeFilter(let tree, let isV4, let handle):
            self[tree].filters = self[tree].filters.filter { $0.value.handle != handle }
            self[tree].strays.remove(.init(isV4: isV4, handle: handle))
        }
        steps.append(step)
    }

    private func check(_ tree: TrafficStep.Tree, _ step: TrafficStep) throws(KernelError) {
        let isThere =
            switch tree {
            case .classes(let direction): self[direction].queue == .ours
            case .redirects: state.hasIngress
            }
        if !isThere { throw Self.refusal(.invalidValue, step) }
    }

    private subscript(direction: TrafficDirection) -> ObservedTraffic.Side {
        get { direction == .down ? state.down : state.up }
        set {
            switch direction {
            case .down: state.down = newValue
            case .up: state.up = newValue
            }
        }
    }

    private subscript(tree: TrafficStep.Tree) -> TrafficTree {
        get {
            switch tree {
            case .classes(let direction): self[direction].tree
            case .redirects: state.redirects
            }
        }
        set {
            // Made anew, so that which places are taken follows.
            let made = TrafficTree(tables: newValue.tables, filters: newValue.filters, strays: newValue.strays)
            switch tree {
            case .classes(let direction): self[direction].tree = made
            case .redirects: state.redirects = made
            }
        }
    }

    private static func refusal(_ code: KernelError.Code, _ step: TrafficStep) -> KernelError {
        KernelError(code: code, operation: "limit", message: "the simulated kernel refuses \(step)")
    }
}
