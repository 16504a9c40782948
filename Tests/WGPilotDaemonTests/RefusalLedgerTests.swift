import Testing
import WGPilotCore
import WGPilotStore

@testable import WGPilotDaemon

@Suite("Refusals that come again and again")
struct RefusalLedgerTests {
    private static func context(_ method: String = "m", uid: UInt32 = 1000, target: String = "") -> AuditContext {
        AuditContext(
            actor: AuditActor(kind: .user, name: "u\(uid)", uid: uid), origin: "unix", method: method, target: target)
    }

    @Test("the first is told at once, those like it in one entry a minute later, and none is lost")
    func counting() {
        let clock = TestClock(1000)
        let ledger = RefusalLedger(now: { clock.now })
        #expect(ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role")?.count == 1)
        for _ in 0..<500 { #expect(ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role") == nil) }
        clock.advance(by: 59)
        #expect(ledger.take().isEmpty)
        clock.advance(by: 1)
        #expect(ledger.take().map(\.count) == [500])
        // A flood that goes on is told half as often each time, at last once an hour.
        for _ in 0..<7 { #expect(ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role") == nil) }
        clock.advance(by: 119)
        #expect(ledger.take().isEmpty)
        clock.advance(by: 1)
        #expect(ledger.take().map(\.count) == [7])
        var entries = 0
        for _ in 0..<(24 * 60) {
            _ = ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role")
            clock.advance(by: 60)
            entries += ledger.take().count
        }
        #expect((24...30).contains(entries), "a day of it")
        clock.advance(by: 3600)
        _ = ledger.take()
        clock.advance(by: 3600)
        #expect(ledger.take().isEmpty && ledger.isEmpty, "what came to rest is forgotten")
        #expect(ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role") != nil)
        _ = ledger.note(Self.context(), result: "PERMISSION_DENIED", reason: "role")
        #expect(ledger.take(all: true).map(\.count) == [1], "at the end all is told")
        clock.advance(by: -5000)
        #expect(ledger.take().isEmpty && ledger.isEmpty, "a clock that was set back keeps nothing")
    }

    @Test("other users, methods, targets and reasons are told apart")
    func kinds() {
        let ledger = RefusalLedger(now: { 0 })
        for (context, reason) in [
            (Self.context(), "a"), (Self.context(), "b"), (Self.context("n"), "a"), (Self.context(uid: 1), "a"),
            (Self.context(target: "t"), "a"),
        ] { #expect(ledger.note(context, result: "X", reason: reason) != nil) }
    }

    @Test("no flood grows the log: whatever an actor comes up with is a few entries, and memory is bounded")
    func bounds() {
        let ledger = RefusalLedger(now: { 0 })
        var entries = 0
        for number in 0..<10_000 where ledger.note(Self.context(target: "t\(number)"), result: "X", reason: "") != nil {
            entries += 1
        }
        #expect(entries == RefusalLedger.mostOfOneActor + 1)
        // Its flood hides nobody else's attempts.
        #expect(ledger.note(Self.context(uid: 5), result: "X", reason: "")?.context.method == "m")
        let rest = ledger.take(all: true)
        #expect(rest.count == 1)
        #expect(rest.first?.context.method == RefusalLedger.others && rest.first?.count == 10_000 - Int64(entries))
        for uid in 10..<UInt32(60_000) where ledger.note(Self.context(uid: uid), result: "X", reason: "") != nil {
            entries += 1
        }
        #expect(entries < 2 * RefusalLedger.most)
    }
}
