import NIOCore
import Testing

@testable import WGPilotGateway

struct EventLogTests {
    private func frame(_ number: UInt64, bytes: Int = 8) -> ByteBuffer {
        let text = String(number)
        return ByteBuffer(string: text + String(repeating: ".", count: max(bytes - text.utf8.count, 0)))
    }

    private func position(_ sequence: UInt64, _ epoch: String = "e") -> EventPosition {
        EventPosition(epoch: epoch, sequence: sequence)
    }

    /// A log that began after number 10, with the changes up to `last`.
    private func log(upTo last: UInt64, count: Int = 100, bytes: Int = 1 << 20) -> EventLog {
        var log = EventLog(maximumCount: count, maximumBytes: bytes)
        log.restart(at: position(10))
        for number in 11...last { log.append(position(number), frame(number)) }
        return log
    }

    @Test func whatFollowsAPlaceIsGivenWithoutAGapAndWithoutRepetition() throws {
        let log = log(upTo: 30)
        for start in UInt64(10)...30 {
            var at = position(start)
            var seen: [String] = []
            while let (bytes, end) = log.piece(after: at, bytes: 24) {
                #expect(bytes.readableBytes <= 24)
                seen += String(buffer: bytes).split(separator: ".").map(String.init)
                at = end
            }
            #expect(seen == (start..<30).map { String($0 + 1) })
            #expect(at == position(30))
        }
    }

    @Test func aChangeLargerThanAPieceIsGivenByItself() throws {
        var log = EventLog()
        log.restart(at: position(0))
        log.append(position(1), frame(1, bytes: 1000))
        log.append(position(2), frame(2))
        let (bytes, end) = try #require(log.piece(after: position(0), bytes: 10))
        #expect(bytes.readableBytes == 1000)
        #expect(end == position(1))
    }

    @Test func nothingIsCoveredBeforeTheFirstPlaceIsKnown() {
        #expect(!EventLog().covers(position(0)))
        #expect(EventLog().last == nil)
    }

    @Test func placesOfAnotherEpochBeforeTheOldestAndFromTheFutureAreNotCovered() {
        let log = log(upTo: 20)
        #expect(log.covers(position(10)) && log.covers(position(20)))
        #expect(!log.covers(position(9)))
        #expect(!log.covers(position(21)))
        #expect(!log.covers(position(15, "f")))
    }

    @Test func theOldestGoWhenThereAreTooMany() {
        let log = log(upTo: 40, count: 5)
        #expect(log.covers(position(35)))
        #expect(!log.covers(position(34)))
        #expect(log.last == position(40))
    }

    @Test func theOldestGoWhenTheyAreTooManyBytesButNeverTheLatest() {
        let log = log(upTo: 40, bytes: 32)
        #expect(log.covers(position(36)))
        #expect(!log.covers(position(35)))
        var large = EventLog(maximumBytes: 10)
        large.restart(at: position(0))
        large.append(position(1), frame(1, bytes: 1000))
        #expect(large.covers(position(0)))
    }

    @Test func aRestartForgetsWhatWasBefore() {
        var log = log(upTo: 20)
        log.restart(at: position(3, "f"))
        #expect(!log.covers(position(20)))
        #expect(log.covers(position(3, "f")))
        #expect(log.piece(after: position(3, "f"), bytes: 100) == nil)
    }

    @Test(arguments: ["", ".", "a.", ".1", "a.1.2", "A.1", "a.-1", "a.18446744073709551616", "a b.1", "a.1\n"])
    func whatIsNoPlaceIsTakenForNone(_ text: String) {
        #expect(EventPosition(text) == nil)
    }

    @Test func aPlaceReadsBackFromItsText() {
        #expect(EventPosition("k3.41") == EventPosition(epoch: "k3", sequence: 41))
        #expect(EventPosition(position(.max, "3w5e11264sgsf").text) == position(.max, "3w5e11264sgsf"))
        #expect(EventPosition(String(repeating: "a", count: 63) + ".1") == nil)
    }
}
