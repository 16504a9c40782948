/// The steps that lead one direction of an interface to the limits that it should have.
public struct TrafficPlan: Hashable, Sendable {
    /// The steps, in the order to take them.
    public var steps: [TrafficStep]
    /// What they do, for a person to read, one line for each peer.
    public var lines: [String]

    /// Makes it from its parts.
    public init(steps: [TrafficStep] = [], lines: [String] = []) {
        self.steps = steps
        self.lines = lines
    }

    /// Whether nothing has to be done.
    public var isEmpty: Bool { steps.isEmpty }

    /// Adds what is to be done after it.
    mutating func append(_ next: TrafficPlan) {
        steps += next.steps
        lines += next.lines
    }
}
