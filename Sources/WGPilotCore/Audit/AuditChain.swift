/// Follows the entries of an audit log one by one and finds the first that was changed, put in or taken out.
public struct AuditChain: Hashable, Sendable {
    /// The last entry that was followed; 0 for none.
    public private(set) var sequence: Int64
    /// Its hash.
    public private(set) var hash: AuditHash

    /// Begins before the first entry.
    public init() {
        self.init(after: 0, .zero)
    }

    /// Begins behind an entry that is known.
    public init(after sequence: Int64, _ hash: AuditHash) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Follows to the next entry.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - previous: The hash that it says it follows; nil where that is not told beside it.
    ///   - stored: The hash that it bears.
    public mutating func follow(
        _ entry: AuditEntry, previous: AuditHash? = nil, hash stored: AuditHash
    ) throws(AuditFault) {
        try expect(entry.sequence)
        if let previous, previous != hash {
            throw AuditFault(entry.sequence, "does not follow from the entry before it: one of the two was changed")
        }
        guard entry.hash(after: hash) == stored else {
            throw AuditFault(entry.sequence, "was changed, or the entry before it was")
        }
        sequence = entry.sequence
        hash = stored
    }

    /// Checks that the next entry is this one.
    public func expect(_ next: Int64) throws(AuditFault) {
        let (expected, overflow) = sequence.addingReportingOverflow(1)
        if !overflow && next == expected { return }
        if next > sequence {
            throw AuditFault(
                expected, next - 1 == expected ? "is missing" : "is missing, as are all up to entry \(next - 1)")
        }
        throw AuditFault(next, "stands behind entry \(sequence)")
    }
}
