import WGPilotCore

/// What stands in the way of peers, all of it, so that nobody has to mend one fault to hear of the next.
struct PeerFaults {
    /// The most that are told: a file with the wrong columns has a fault in every row.
    static let most = 100

    /// The kinds of refusal, the one that is told where there are several first.
    private static let codes: [StoreError.Code] = [.invalid, .alreadyExists, .conflict, .exhausted]

    private var found: [(code: StoreError.Code, violation: StoreError.Violation)] = []

    var count: Int { found.count }

    /// Whether something is wrong with a field already.
    func concerns(_ field: PeerField) -> Bool { found.contains { $0.violation.field == field.rawValue } }

    /// Adds one fault.
    mutating func add(_ code: StoreError.Code, _ field: PeerField, _ message: String) {
        add(code, named: field.rawValue, message)
    }

    /// Adds one fault of what is no field of a peer.
    mutating func add(_ code: StoreError.Code, named field: String, _ message: String) {
        found.append((code, .init(field: field, message: message)))
    }

    /// Adds the faults of one peer of several, by its place: `peers[3]`.
    mutating func add(_ other: PeerFaults, at place: String) {
        found += other.found.map { fault in
            (fault.code, .init(field: "\(place).\(fault.violation.field)", message: fault.violation.message))
        }
    }

    /// What was found; nil for nothing.
    var error: StoreError? {
        guard let code = Self.codes.first(where: { code in found.contains { $0.code == code } }) else { return nil }
        return StoreError(code, violations: found.prefix(Self.most).map(\.violation))
    }
}
