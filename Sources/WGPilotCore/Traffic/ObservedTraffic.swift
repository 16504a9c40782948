/// What the kernel has of queues and filters on an interface of ours.
public struct ObservedTraffic: Equatable, Sendable {
    /// What queues the packets of a device.
    public enum Queue: Hashable, Sendable {
        /// What the kernel gives each device, which may be replaced.
        case kernels
        /// Ours.
        case ours
        /// Somebody else's, by its kind and number: "fq_codel 8001:".
        case foreign(String)
    }

    /// The device that takes what comes from peers, so that it can be queued.
    public enum Mirror: Hashable, Sendable {
        /// It is not there.
        case absent
        /// It is there; whether it is up.
        case ours(isUp: Bool)
        /// Something else bears its name, by its kind.
        case foreign(String)
    }

    /// A class by its number, and whether its own queue is as we make it.
    public struct Class: Hashable, Sendable {
        /// What it lets pass.
        public var parameters: TrafficClass
        /// Whether it has the queue that we give it.
        public var hasQueue: Bool

        /// Makes it from its parts.
        public init(parameters: TrafficClass, hasQueue: Bool) {
            self.parameters = parameters
            self.hasQueue = hasQueue
        }
    }

    /// The queue of one direction with its classes, and the filters that lead to them.
    public struct Side: Equatable, Sendable {
        /// What queues there.
        public var queue: Queue
        /// The classes.
        public var classes: [UInt16: Class]
        /// The filters.
        public var tree: TrafficTree

        /// Makes it from its parts.
        public init(queue: Queue = .kernels, classes: [UInt16: Class] = [:], tree: TrafficTree = TrafficTree()) {
            self.queue = queue
            self.classes = classes
            self.tree = tree
        }
    }

    /// What leaves by the interface, to peers.
    public var down: Side
    /// What comes from peers, on the device that takes it.
    public var up: Side
    /// That device.
    public var mirror: Mirror
    /// Whether the interface has a place for filters of what comes in, whoever made it.
    public var hasIngress: Bool
    /// The filters that lead from the interface to the device.
    public var redirects: TrafficTree

    /// Makes it from its parts; nothing of ours is there by default.
    public init(
        down: Side = Side(), up: Side = Side(), mirror: Mirror = .absent, hasIngress: Bool = false,
        redirects: TrafficTree = TrafficTree()
    ) {
        self.down = down
        self.up = up
        self.mirror = mirror
        self.hasIngress = hasIngress
        self.redirects = redirects
    }

    /// Whether anything of ours is there for one direction.
    public func hasAny(_ direction: TrafficDirection) -> Bool {
        switch direction {
        case .down:
            return down.queue == .ours
        case .up:
            if case .ours = mirror { return true }
            return redirects != TrafficTree()
        }
    }
}
