import Testing
import WGPilotProtocol
import WGPilotTestSupport

@Suite struct StreamCreditTests {
    @Test func `the last message may be larger than what is left, and the next one may not follow`() {
        var credit = StreamCredit(window: 16)
        #expect(credit.allowsMessage)
        credit.spend(15)
        #expect(credit.allowsMessage)
        credit.spend(1000)
        #expect(credit.available == -999)
        #expect(!credit.allowsMessage)
        // What pays back the overdraft allows nothing yet.
        let isGranted = credit.grant(999)
        #expect(isGranted && !credit.allowsMessage)
        let isGrantedMore = credit.grant(1)
        #expect(isGrantedMore && credit.allowsMessage)
    }

    @Test func `a window of nothing allows nothing before a grant`() {
        var credit = StreamCredit(window: 0)
        #expect(!credit.allowsMessage)
        let isGranted = credit.grant(1)
        #expect(isGranted && credit.allowsMessage)
    }

    @Test func `the window of a call that names none is that of the page`() {
        #expect(StreamCredit().available == 262_144)
    }

    @Test func `a grant of nothing, or beyond the most there may be, changes nothing`() {
        var credit = StreamCredit(window: 100)
        for bytes in [0, UInt32(StreamCredit.maximum) - 99, .max] {
            let isGranted = credit.grant(bytes)
            #expect(!isGranted)
            #expect(credit.available == 100)
        }
        let isGranted = credit.grant(UInt32(StreamCredit.maximum) - 100)
        #expect(isGranted)
        #expect(credit.available == 2_147_483_647)
    }

    @Test func `a window above the most there may be is cut to it`() {
        #expect(StreamCredit(window: .max).available == 2_147_483_647)
    }

    @Test func `no message is so large that counting it traps`() {
        var credit = StreamCredit(window: 1)
        credit.spend(.max)
        #expect(!credit.allowsMessage)
        let isGranted = credit.grant(.max)
        #expect(isGranted && !credit.allowsMessage)
    }

    @Test func `whoever grants what it took never has more waiting than the window and one message`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let window = UInt32.random(in: 1...1000, using: &generator)
            var credit = StreamCredit(window: window)
            var waiting: [Int] = []
            var taken = 0
            for _ in 0..<500 {
                if Bool.random(using: &generator), credit.allowsMessage {
                    waiting.append(Int.random(in: 1...2000, using: &generator))
                    credit.spend(waiting[waiting.count - 1])
                    #expect(waiting.dropLast().reduce(0, +) < Int(window), "seed \(seed)")
                } else if !waiting.isEmpty {
                    taken += waiting.removeFirst()
                    if taken >= max(Int(window) / 2, 1) {
                        let isGranted = credit.grant(UInt32(taken))
                        #expect(isGranted, "seed \(seed)")
                        taken = 0
                    }
                } else {
                    #expect(credit.allowsMessage, "nothing waits, and nothing may come; seed \(seed)")
                }
            }
        }
    }
}
