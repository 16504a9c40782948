import WGPilotProtocol

/// The latest changes in their order, so that whoever was away a moment hears of what was missed. Bounded in number and
/// in bytes; the oldest go first.
struct WatchHistory {
    /// A change as it was told.
    struct Entry: Sendable {
        var event: WatchEvent
        /// The event as it goes over the wire, made once for all who watch everything.
        var encoded: [UInt8]
    }

    private var entries: [Entry] = []
    private var bytes = 0
    /// The sequence number of the latest change.
    private(set) var sequence: UInt64 = 0

    /// The most changes that are kept.
    let maximumCount: Int
    /// The most bytes that they take.
    static let maximumBytes = 8 << 20

    init(maximumCount: Int = 4096) {
        self.maximumCount = maximumCount
    }

    /// Gives a change its number and keeps it.
    mutating func append(_ event: WatchEvent, encode: (WatchEvent) throws -> [UInt8]) rethrows {
        var event = event
        event.sequence = sequence + 1
        let encoded = try encode(event)
        sequence += 1
        entries.append(Entry(event: event, encoded: encoded))
        bytes += encoded.count
        var surplus = 0
        while entries.count - surplus > 1,
            entries.count - surplus > maximumCount || bytes > Self.maximumBytes
        {
            bytes -= entries[surplus].encoded.count
            surplus += 1
        }
        // In one go, once enough have gathered: taking the first of an array away moves the rest.
        if surplus > 0 { entries.removeFirst(surplus) }
    }

    /// The changes after a number; nil where some of them are not kept any more, or the number is none that was given.
    func entries(after number: UInt64) -> ArraySlice<Entry>? {
        guard number <= sequence else { return nil }
        let missing = sequence - number
        guard missing <= UInt64(entries.count) else { return nil }
        return entries.suffix(Int(missing))
    }

    /// Forgets all changes but not their number.
    mutating func clear() {
        entries = []
        bytes = 0
        // Who comes back with the last number may have missed what nobody looked at.
        sequence += 1
    }
}
