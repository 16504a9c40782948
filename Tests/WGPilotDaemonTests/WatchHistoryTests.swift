import Testing
import WGPilotProtocol

@testable import WGPilotDaemon

@Suite struct WatchHistoryTests {
    private static func event() -> WatchEvent { WatchEvent(sequence: 0, epoch: "e", kind: "change") }

    private static func history(_ count: Int, bytes: Int = 1) -> WatchHistory {
        var history = WatchHistory()
        for _ in 0..<count { history.append(event()) { _ in [UInt8](repeating: 0, count: bytes) } }
        return history
    }

    /// Catches a change that is left out or told twice when somebody comes back.
    @Test func everyNumberGetsExactlyWhatCameAfterIt() {
        let history = Self.history(5)
        #expect(history.sequence == 5)
        for number in 0...5 {
            #expect(
                history.entries(after: UInt64(number))?.map(\.event.sequence) == (number..<5).map { UInt64($0) + 1 })
        }
        #expect(history.entries(after: 6) == nil, "a number that was never given")
    }

    /// Catches a gap that looks like nothing having happened.
    @Test func whatIsNoLongerKeptIsSaidToBeMissing() {
        let history = Self.history(WatchHistory().maximumCount + 3)
        #expect(history.entries(after: 2) == nil)
        #expect(history.entries(after: 3)?.count == history.maximumCount)
    }

    /// Catches a history of few huge changes that grows without a bound.
    @Test func bytesAreBoundedToo() {
        let size = WatchHistory.maximumBytes / 4
        let history = Self.history(10, bytes: size)
        #expect(history.entries(after: 5) == nil)
        #expect(history.entries(after: 6)?.count == 4)
    }

    /// Catches a watcher that goes on after a pause in which nobody looked.
    @Test func afterClearingNobodyCanGoOn() {
        var history = Self.history(5)
        history.clear()
        #expect(history.entries(after: 5) == nil)
        #expect(history.entries(after: history.sequence)?.isEmpty == true)
    }
}
