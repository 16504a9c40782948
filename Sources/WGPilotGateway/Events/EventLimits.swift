/// How long things may take on the way of events, and how much of them there may be.
struct EventLimits: Sendable {
    /// Between two checks of the same caller's rights.
    var checkInterval = Duration.seconds(10)
    /// How old the last good check of a caller's rights may be for anything to be sent to that one.
    var trust = Duration.seconds(20)
    /// After how long without anything else a client gets a comment.
    var heartbeat = Duration.seconds(15)
    /// How long one write may take, of 64 KiB at most.
    var stall = Duration.seconds(60)
    /// How long a snapshot is kept for the next who needs one.
    var snapshotLife = Duration.seconds(10)
    /// How often the hub looks after all of this.
    var tick = Duration.seconds(1)
    /// The pauses before the daemon is tried again: the first, and the longest.
    var firstPause = Duration.milliseconds(200)
    var longestPause = Duration.seconds(5)
    /// The most clients, and the most that show the same session or token.
    var subscribers = 4096
    var subscribersPerCaller = 256
    /// The most checks of rights at a time.
    var checks = 16
    /// The most bytes of changes in one write.
    var pieceBytes = 64 << 10
    /// What is kept of changes.
    var logCount = 4096
    var logBytes = 4 << 20
}
