public import WGPilotCore

/// A transfer history as it was asked for.
public struct TransferHistory: Hashable, Sendable {
    /// One bucket.
    public struct Point: Hashable, Sendable {
        /// Its beginning, in seconds since 1970-01-01 UTC.
        public var start: Int64
        /// What flowed in it.
        public var moved: Transfer
        /// For how many seconds of it samples were taken. What flowed while none were is in the bucket of the next sample.
        public var watched: Int64
    }

    /// The buckets in their order, those included in which nothing flowed.
    public var points: [Point]
    /// What flowed in all of them.
    public var total: Transfer
    /// When the latest sample was taken; nil where none ever was.
    public var sampledAt: Int64?
}
