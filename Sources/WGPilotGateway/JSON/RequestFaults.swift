import WGPilotProtocol

/// What is wrong with a request: so much of it as anybody reads.
///
/// What a client sends can have millions of faults, each of which would be kept, and answered.
struct RequestFaults: Sendable {
    /// How many are told. Behind them a last one says that there are more.
    static let most = 100

    private(set) var all: [FieldViolation] = []

    var isEmpty: Bool { all.isEmpty }

    /// Whether more are not told, so that nobody needs to look for them.
    var isFull: Bool { all.count > Self.most }

    /// Adds one.
    mutating func add(_ field: String, _ message: String) {
        if all.count < Self.most {
            all.append(FieldViolation(field: field, message: message))
        } else if !isFull {
            all.append(FieldViolation(field: "", message: "has more faults than these \(Self.most)"))
        }
    }
}
