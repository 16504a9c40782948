/// Why the store refused or failed. A failed call has changed nothing.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of refusal and failure.
    public enum Code: String, CaseIterable, Sendable {
        /// The network or peer that the call names is not there.
        case notFound
        /// A value that must be unique is in use; the violations name the fields and who has the value.
        case alreadyExists
        /// A block of addresses overlaps one in use; the violations name both.
        case conflict
        /// The object changed since the caller read it.
        case stale
        /// The call makes sense, but not in the present state; the message says what must be done first.
        case failedPrecondition
        /// No number is left to hand out.
        case exhausted
        /// Values are not acceptable; the violations have all of them.
        case invalid
        /// The creation was done already, by a call with the same idempotency key.
        case alreadyDone
        /// The idempotency key was used for another request.
        case idempotencyMismatch
        /// Another process works on the directory.
        case alreadyRunning
        /// The database, or a row of it, is damaged.
        case corrupt
        /// The master key does not open this database.
        case wrongMasterKey
        /// There is a database but no master key.
        case missingMasterKey
        /// Others than its owner can read the master key.
        case unsafeMasterKey
        /// A newer version of the program made the database.
        case newerDatabase
        /// The disk is full.
        case diskFull
        /// The operating system or the disk failed.
        case io
        /// The caller's task was cancelled.
        case cancelled
        /// A fault of the program.
        case `internal`
    }

    /// One field that is not acceptable.
    public struct Violation: Hashable, Sendable {
        /// The field, by the names of `NetworkField` and `PeerField`.
        public let field: String
        /// Why, in one sentence.
        public let message: String

        /// Makes it from its parts.
        public init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    /// What kind of error it is.
    public let code: Code
    /// One sentence for a person that says what to do; never a secret.
    public let message: String
    /// The fields it is about, all of them at once.
    public let violations: [Violation]
    /// In a call with several items, the index of the one at fault.
    public var itemIndex: Int?

    /// Makes it from its parts.
    public init(_ code: Code, _ message: String, violations: [Violation] = []) {
        self.code = code
        self.message = message
        self.violations = violations
    }

    /// Makes it from the fields at fault; the message lists them.
    init(_ code: Code, violations: [Violation]) {
        self.init(
            code, violations.map { "\($0.field): \($0.message)" }.joined(separator: "; "), violations: violations)
    }

    /// The first field it is about.
    public var field: String? { violations.first?.field }

    /// The message.
    public var description: String { message }

    static func notFound(network reference: String) -> StoreError {
        StoreError(.notFound, "there is no network \(reference)")
    }

    static func notFound(peer reference: String, in network: String) -> StoreError {
        StoreError(.notFound, "there is no peer \(reference) in the network \(network)")
    }

    /// Refuses a change that rests on an older reading.
    ///
    /// - Parameters:
    ///   - updatedAt: When it was changed last.
    ///   - expected: When the caller believes that it was; nil from who does not care.
    ///   - what: What is changed, for the message.
    static func requireUnchanged(
        _ updatedAt: Int64, since expected: Int64?, _ what: @autoclosure () -> String
    ) throws(StoreError) {
        guard let expected, expected != updatedAt else { return }
        throw stale(what())
    }

    static func stale(_ what: String) -> StoreError {
        StoreError(.stale, "\(what) was changed by somebody else in the meantime; read it again and repeat the change")
    }

    static func corrupt(table: String, column: String, id: Int64?) -> StoreError {
        let row = id.map { " of row \($0)" } ?? ""
        return StoreError(
            .corrupt, "the database is damaged: \(table).\(column)\(row) holds no valid value; restore a backup")
    }
}
