/// How a change is made.
public struct WriteOptions: Sendable {
    /// Checks and answers, fills this in, and keeps nothing.
    public var dryRun: Rehearsal?
    /// Takes the change back unless ``StateStore/confirmPendingChange(_:)`` is called within this time, counted in whole
    /// seconds, those begun among them: 1 s to ``longestConfirmation``. A change that turns out to change nothing has
    /// nothing to confirm. The store keeps the deadline; to call ``StateStore/undoPendingChange(_:)`` when it has passed
    /// is for its owner.
    public var confirmWithin: Duration?
    /// What the audit log tells of the change, in the same transaction; nil tells nothing. A dry run is never told.
    public var audit: AuditContext?
    /// By what a creation is known again: a second one throws `alreadyDone`, and what the first made is found by
    /// ``StateStore/object(of:)``. Not for dry runs.
    public var idempotency: IdempotencyKey?

    /// The longest time for a confirmation: a day. Nothing else can be changed all that while.
    public static let longestConfirmation = Duration.seconds(86_400)

    /// Makes the change, once and for all.
    public init() {}

    /// Rehearses the change.
    public init(dryRun: Rehearsal) {
        self.dryRun = dryRun
    }

    /// Makes the change until it is confirmed.
    public init(confirmWithin: Duration) {
        self.confirmWithin = confirmWithin
    }

    /// Seconds until the change is taken back; nil where it is made once and for all.
    var secondsToConfirm: Int64? {
        get throws(StoreError) {
            guard let confirmWithin else { return nil }
            guard (.seconds(1)...Self.longestConfirmation).contains(confirmWithin) else {
                throw StoreError(
                    .invalid,
                    violations: [
                        .init(
                            field: "confirm_within",
                            message: """
                                the time to confirm a change is 1 to \(Self.longestConfirmation.components.seconds) s
                                """
                        )
                    ])
            }
            let (seconds, attoseconds) = confirmWithin.components
            return attoseconds > 0 ? seconds + 1 : seconds
        }
    }
}
