/// A place in the daemon's changes: what a browser gives back as `Last-Event-ID`.
struct EventPosition: Sendable, Equatable {
    /// Within which the numbers count: another one after each start of the daemon.
    var epoch: String
    /// The number of the last change that was received.
    var sequence: UInt64

    init(epoch: String, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Reads `EPOCH.NUMBER`; nil for anything else, after which a client simply begins anew.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, parts.count == 2, let number = UInt64(parts[1]), !parts[0].isEmpty,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
        else { return nil }
        epoch = String(parts[0])
        sequence = number
    }

    var text: String { "\(epoch).\(sequence)" }
}
