/// What came of bringing a change to the kernel.
struct SyncResult: Sendable {
    /// The steps taken, one line each.
    var steps: [String] = []
    /// What could not be applied, with its reason; the reconciler keeps trying.
    var pending: [String] = []
    /// What is not applied because somebody has to decide first; nothing is tried again for it.
    var undecided: [String] = []

    /// Both together.
    static func + (left: SyncResult, right: SyncResult) -> SyncResult {
        SyncResult(
            steps: left.steps + right.steps, pending: left.pending + right.pending,
            undecided: left.undecided + right.undecided)
    }
}
