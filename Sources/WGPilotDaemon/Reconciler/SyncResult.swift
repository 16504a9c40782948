/// What came of bringing a change to the kernel.
struct SyncResult: Sendable {
    /// The steps taken, one line each.
    var steps: [String] = []
    /// What could not be applied, with its reason; the reconciler keeps trying.
    var pending: [String] = []

    /// Both together.
    static func + (left: SyncResult, right: SyncResult) -> SyncResult {
        SyncResult(steps: left.steps + right.steps, pending: left.pending + right.pending)
    }
}
