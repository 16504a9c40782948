import Synchronization
public import WGPilotCore
public import WGPilotNetlink

/// A network stack in memory, beside a ``FakeKernel``: it keeps what it is told and tells what a test arranged.
public final class FakeHostNetwork: HostNetwork {
    /// Something that was changed through it.
    public enum Write: Equatable, Sendable {
        /// Our table of rules was replaced by this text, or taken away.
        case firewall(String?)
        /// A setting was changed.
        case setting(KernelSetting, Int)
        /// Tracked connections were taken away: those of these blocks, so many.
        case connections([IPPrefix], Int)
        /// A step towards the limits of an interface.
        case traffic(InterfaceName, TrafficStep)
    }

    /// What can be made to fail.
    public enum Operation: Hashable, Sendable, CaseIterable {
        /// ``FakeHostNetwork/routes()``.
        case routes
        /// ``FakeHostNetwork/firewallDigest()`` and ``FakeHostNetwork/firewallGeneration()``.
        case firewallDigest
        /// ``FakeHostNetwork/replaceFirewall(_:)``.
        case replaceFirewall
        /// ``FakeHostNetwork/foreignForwardDrops()``.
        case foreignForwardDrops
        /// ``FakeHostNetwork/value(of:)`` and ``FakeHostNetwork/interfacesWithRouterAdvertisements()``.
        case readSetting
        /// ``FakeHostNetwork/set(_:to:)``.
        case writeSetting
        /// ``FakeHostNetwork/connections(_:into:_:)`` and ``FakeHostNetwork/removeConnections(_:)``.
        case connections
        /// ``FakeHostNetwork/traffic(on:)`` and ``FakeHostNetwork/apply(_:on:)``.
        case traffic
        /// ``FakeHostNetwork/events()``.
        case events
    }

    private struct State {
        var routes: [HostRoute] = []
        var firewall: String?
        var generation: UInt32 = 1
        var afterReplacing: (@Sendable (FakeHostNetwork) -> Void)?
        var drops: [String] = []
        var settings: [KernelSetting: Int] = [
            .ipv4Forwarding: 0, .ipv6Forwarding: 0, .connectionAccounting: 0, .connectionTimestamps: 0,
        ]
        var advertised: Set<String> = []
        var connections: [TrackedConnection] = []
        var beforeRemoving: (@Sendable (FakeHostNetwork) async -> Void)?
        var traffic: [InterfaceName: SimulatedTraffic] = [:]
        var lacksMirror = false
        var failures: [Operation: KernelError] = [:]
        var writes: [Write] = []
        var listeners: [Int: AsyncStream<HostEvent>.Continuation] = [:]
        var nextListener = 0

        func check(_ operation: Operation) throws(KernelError) {
            if let failure = failures[operation] { throw failure }
        }
    }

    private let state = Mutex(State())

    private let kernel: FakeKernel?

    /// Makes a stack that forwards nothing, has no rules and no routes but those of ours that a kernel has.
    public init(beside kernel: FakeKernel? = nil) {
        self.kernel = kernel
    }

    // MARK: What tests see and arrange

    /// What was changed, in order; what failed is not among it, nor what was so already.
    public var writes: [Write] { state.withLock { $0.writes } }

    /// Forgets what was changed.
    public func forgetWrites() {
        state.withLock { $0.writes = [] }
    }

    /// Our table of rules as it is now; a test that sets it plays an administrator. Setting it tells nobody: see
    /// ``emit(_:)``.
    public var firewall: String? {
        get { state.withLock { $0.firewall } }
        set {
            state.withLock { state in
                state.firewall = newValue
                state.generation &+= 1
            }
        }
    }

    /// Arranges what somebody else does right after each replacement of our table.
    public func afterReplacing(_ body: (@Sendable (FakeHostNetwork) -> Void)?) {
        state.withLock { $0.afterReplacing = body }
    }

    /// Arranges the routes of the machine.
    public func setRoutes(_ routes: [HostRoute]) {
        state.withLock { $0.routes = routes }
    }

    /// Arranges what rules of others drop.
    public func setForeignForwardDrops(_ lines: [String]) {
        state.withLock { $0.drops = lines }
    }

    /// Arranges a setting, or with nil that the kernel has none such; it does not count as a write.
    public func arrange(_ setting: KernelSetting, _ value: Int?) {
        state.withLock { $0.settings[setting] = value }
    }

    /// Arranges that interfaces have routes from router advertisements; those whose `accept_ra` is 1 are told then.
    public func setAdvertisedRoutes(on interfaces: Set<String>) {
        state.withLock { $0.advertised = interfaces }
    }

    /// The tracked connections; a test that sets them plays the peers' traffic.
    public var connections: [TrackedConnection] {
        get { state.withLock { $0.connections } }
        set { state.withLock { $0.connections = newValue } }
    }

    /// Arranges what is looked at right before connections are taken away.
    public func beforeRemovingConnections(_ body: (@Sendable (FakeHostNetwork) async -> Void)?) {
        state.withLock { $0.beforeRemoving = body }
    }

    /// What there is of queues and filters on an interface; a test that sets it plays an administrator.
    public subscript(traffic interface: InterfaceName) -> ObservedTraffic {
        get { state.withLock { $0.traffic[interface]?.state ?? ObservedTraffic() } }
        set { state.withLock { $0.traffic[interface, default: SimulatedTraffic()].state = newValue } }
    }

    /// Arranges whether the kernel has devices that take what comes from peers.
    public func setLacksMirror(_ lacks: Bool) {
        state.withLock { $0.lacksMirror = lacks }
    }

    /// Makes an operation fail from now on, until called with nil.
    public func fail(_ operation: Operation, with error: KernelError?) {
        state.withLock { $0.failures[operation] = error }
    }

    /// Tells an event to all who listen.
    public func emit(_ event: HostEvent) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    /// How many listen.
    public var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Ends the streams of all who listen, as a socket that failed does.
    public func endEvents() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }

    // MARK: HostNetwork

    /// The routes that were arranged.
    public func routes() async throws(KernelError) -> [HostRoute] {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.routes)
            return state.routes
        }
    }

    /// The routes of ours that the kernel beside has.
    public func ownRoutes(through interface: InterfaceName) async throws(KernelError) -> Set<IPPrefix> {
        try await kernel?.glance(at: interface, locating: [])?.interface.routes ?? []
    }

    /// A digest of our table's text.
    public func firewallDigest() async throws(KernelError) -> String? {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.firewallDigest)
            return state.firewall.map(Self.digest)
        }
    }

    /// Keeps the text, and tells who listens.
    public func replaceFirewall(_ rules: String?) async throws(KernelError) {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.replaceFirewall)
            state.firewall = rules
            state.generation &+= 1
            state.writes.append(.firewall(rules))
        }
        state.withLock { $0.afterReplacing }?(self)
        emit(.firewall)
    }

    /// One more after each write of rules.
    public func firewallGeneration() async throws(KernelError) -> UInt32 {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.firewallDigest)
            return state.generation
        }
    }

    /// The lines that were arranged.
    public func foreignForwardDrops() async throws(KernelError) -> [String] {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.foreignForwardDrops)
            return state.drops
        }
    }

    /// The setting as it is.
    public func value(of setting: KernelSetting) async throws(KernelError) -> Int? {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.readSetting)
            return state.settings[setting]
        }
    }

    /// Changes the setting; one that the kernel does not have is an error.
    public func set(_ setting: KernelSetting, to value: Int) async throws(KernelError) {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.writeSetting)
            guard let present = state.settings[setting] else {
                throw KernelError(
                    code: .notSupported, operation: "set a kernel's setting",
                    message: "this kernel has no such setting")
            }
            if present == value { return }
            state.settings[setting] = value
            state.writes.append(.setting(setting, value))
        }
    }

    /// Of the interfaces that were arranged those whose `accept_ra` is 1.
    public func interfacesWithRouterAdvertisements() async throws(KernelError) -> [String] {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.readSetting)
            return state.advertised.filter { state.settings[.acceptRouterAdvertisements(interface: $0)] == 1 }.sorted()
        }
    }

    /// Those of the arranged connections that the filter fits.
    public func connections<Value: Sendable>(
        _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, TrackedConnection) -> Void
    ) async throws(KernelError) -> Value {
        let connections = try state.withLock { (state) throws(KernelError) in
            try state.check(.connections)
            return state.connections
        }
        var value = initial
        for connection in connections where filter.fits(connection) { merge(&value, connection) }
        return value
    }

    /// Takes those of the arranged connections away that the filter fits.
    public func removeConnections(_ filter: ConnectionFilter) async throws(KernelError) -> Int {
        await state.withLock { $0.beforeRemoving }?(self)
        return try state.withLock { (state) throws(KernelError) in
            try state.check(.connections)
            let before = state.connections.count
            state.connections.removeAll { filter.fits($0) }
            let removed = before - state.connections.count
            state.writes.append(.connections(filter.blocks, removed))
            return removed
        }
    }

    /// What the steps left, and what was arranged. As in the kernel, what is on an interface goes with it; the device beside
    /// it stays.
    public func traffic(on interface: InterfaceName) async throws(KernelError) -> ObservedTraffic {
        let isThere = try await kernel?.glance(at: interface, locating: []) != nil
        return try state.withLock { (state) throws(KernelError) in
            try state.check(.traffic)
            if !isThere, let old = state.traffic[interface]?.state {
                state.traffic[interface]?.state = ObservedTraffic(up: old.up, mirror: old.mirror)
            }
            return state.traffic[interface]?.state ?? ObservedTraffic()
        }
    }

    /// Takes the steps.
    public func apply(_ steps: [TrafficStep], on interface: InterfaceName) async throws(KernelError) {
        try state.withLock { (state) throws(KernelError) in
            try state.check(.traffic)
            for step in steps {
                state.traffic[interface, default: SimulatedTraffic()].lacksMirror = state.lacksMirror
                try state.traffic[interface, default: SimulatedTraffic()].take(step)
                state.writes.append(.traffic(interface, step))
            }
        }
    }

    /// A stream of what is emitted from now on.
    public func events() async throws(KernelError) -> AsyncStream<HostEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: HostEvent.self)
        let number = try state.withLock { (state) throws(KernelError) in
            try state.check(.events)
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// FNV-1a of 64 bits (Fowler, Noll, Vo), enough to tell texts apart.
    private static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension ConnectionFilter {
    fileprivate func fits(_ connection: TrackedConnection) -> Bool {
        fits(initiator: connection.initiator, responder: connection.responder)
    }
}
