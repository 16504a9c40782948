/// What is wrong with the items of a batch, gathered so that its maker hears of all of them.
struct BatchFaults {
    /// The most that are told: a file with the wrong columns has a fault in every row.
    private static let most = 100

    private var first: StoreError?
    private var violations: [StoreError.Violation] = []

    /// Adds what is wrong with an item; false where there is no point in looking on.
    mutating func add(_ error: StoreError, at index: Int) -> Bool {
        if first == nil {
            first = error
            first?.itemIndex = index
        }
        violations += error.violations.map {
            StoreError.Violation(field: "peers[\(index)].\($0.field)", message: $0.message)
        }
        return !error.violations.isEmpty && violations.count < Self.most
    }

    /// Throws what was gathered.
    func check() throws(StoreError) {
        guard let first else { return }
        if first.violations.isEmpty { throw first }
        var error = StoreError(first.code, violations: violations)
        error.itemIndex = first.itemIndex
        throw error
    }
}
