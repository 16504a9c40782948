import CMnl
import Glibc
import Synchronization

/// Events on their way from the thread that hears them to the task that reads them.
///
/// What waits is told once, however often it happened; and beyond a limit all of it becomes one ``HostEvent/lost``, which
/// says no less. So it never grows, and a slow reader finds little to do rather than much.
final class HostEventBuffer: Sendable {
    private struct State {
        var waiting: [HostEvent] = []
        var reader: CheckedContinuation<HostEvent?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())
    /// Readable once the reader has gone, for whoever waits at descriptors.
    private let gone: FileDescriptor

    /// More different interfaces than that at once are looked at one and all.
    static let limit = 64

    /// Makes a buffer without events.
    init() throws(NetlinkError) {
        guard let descriptor = FileDescriptor(wgp_eventfd()) else {
            throw .system(call: "eventfd", errno: errno)
        }
        gone = descriptor
    }

    /// A descriptor that becomes readable when nobody reads any more.
    var closing: Int32 { gone.number }

    /// Adds events, each unless it waits already.
    func add(_ events: [HostEvent]) {
        let (reader, event) = state.withLock { state -> (CheckedContinuation<HostEvent?, Never>?, HostEvent?) in
            if state.isFinished { return (nil, nil) }
            for event in events where !state.waiting.contains(event) && !state.waiting.contains(.lost) {
                let isFull = state.waiting.count == Self.limit
                if isFull || event == .lost { state.waiting = [.lost] } else { state.waiting.append(event) }
            }
            guard let reader = state.reader, !state.waiting.isEmpty else { return (nil, nil) }
            state.reader = nil
            return (reader, state.waiting.removeFirst())
        }
        reader?.resume(returning: event)
    }

    /// The next event, waited for; nil when there will be none.
    func next() async -> HostEvent? {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> HostEvent?? in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                // One reader at a time; a second one, which a stream does not have, is sent away.
                if state.isFinished || state.reader != nil { return .some(nil) }
                state.reader = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Ends the events, after those that wait.
    func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Ends the events at once, for nobody reads them any more.
    func close() {
        state.withLock { $0.waiting = [] }
        finish()
        // The counter only ever gets to 1 or 2, so the write cannot fail.
        try? gone.write(UInt64(1).hostOrder)
    }
}
