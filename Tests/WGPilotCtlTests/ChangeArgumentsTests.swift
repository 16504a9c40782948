import ArgumentParser
import Foundation
import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("How a change is to be made")
struct ChangeArgumentsTests {
    @Test(
        "the request says what was asked, and nothing where nothing was; a dry run leaves nothing to undo",
        arguments: [
            ("", nil), ("--dry-run", ChangeOptions(dryRun: true)),
            ("--confirm-within 5m", ChangeOptions(confirmWithin: 300)),
            ("--confirm-within 60 --dry-run", ChangeOptions(dryRun: true)),
        ] as [(String, ChangeOptions?)])
    func options(words: String, options: ChangeOptions?) throws {
        #expect(try ChangeArguments.parse(words.split(separator: " ").map(String.init)).options == options)
    }

    @Test(
        "every command that changes something takes both options",
        arguments: [
            "network create a --subnet b", "network edit a", "network delete a", "network enable a",
            "network disable a", "network import a --interface wg0", "peer add a b", "peer import a b.csv",
            "peer edit a/b",
            "peer remove a/b", "peer enable a/b", "peer disable a/b", "bridge add a b", "bridge edit 1",
            "bridge remove 1", "bridge enable 1", "bridge disable 1", "rule add --tag a deny", "rule edit 1",
            "rule move 1 2", "rule remove 1", "rule enable 1", "rule disable 1", "drift adopt a mtu",
        ])
    func everywhere(line: String) async {
        let words = line.split(separator: " ").map(String.init)
        for options in [["--dry-run"], ["--confirm-within", "60s"], ["--dry-run", "--confirm-within=1h"]] {
            await #expect(throws: Never.self) { try await RootCommand.asyncParseAsRoot(words + options) }
        }
        await #expect(throws: (any Error).self) {
            try await RootCommand.asyncParseAsRoot(words + ["--confirm-within", "25h"])
        }
    }

    @Test(
        "commands that change nothing that could be undone do not take them, lest somebody rely on it",
        arguments: [
            "network list", "network show a", "network history a", "peer history a/b", "peer sessions a/b",
            "peer list a", "peer config a/b", "peer export a --zip b", "bridge list",
            "rule list",
            "reach a b", "status", "doctor", "drift list", "confirm",
        ])
    func nowhereElse(line: String) async {
        let words = line.split(separator: " ").map(String.init)
        await #expect(throws: (any Error).self) { try await RootCommand.asyncParseAsRoot(words + ["--dry-run"]) }
        await #expect(throws: (any Error).self) {
            try await RootCommand.asyncParseAsRoot(words + ["--confirm-within", "60"])
        }
    }

    @Test(
        "what no undo takes back can be rehearsed all the same",
        arguments: [
            "drift restore a mtu", "drift ignore a mtu", "drift heed a mtu", "reconcile", "peer purge-history a/b",
        ])
    func rehearsed(line: String) async throws {
        let words = line.split(separator: " ").map(String.init)
        await #expect(throws: Never.self) { try await RootCommand.asyncParseAsRoot(words + ["--dry-run"]) }
        await #expect(throws: (any Error).self) {
            try await RootCommand.asyncParseAsRoot(words + ["--confirm-within", "60"])
        }
        #expect(try DryRunArgument.parse(["--dry-run"]).change.options == ChangeOptions(dryRun: true))
        #expect(try DryRunArgument.parse([]).change.options == nil)
    }

    @Test("an answer that does not say that it was a dry run is an error, not a plan without steps")
    func noDryRun() throws {
        let change = try ChangeArguments.parse(["--dry-run"])
        for reply in [nil, ChangeMessage(dryRun: false)] {
            let fault = try #require(throws: CommandFault.self) {
                try change.conclude(change: reply, sync: nil, as: .json)
            }
            #expect(fault.status == .failure)
            #expect(fault.message.contains("the change was made"))
        }
    }

    @Test("a change that is not live has its exit code, with the options and without")
    func pending() throws {
        let sync = SyncMessage(isPending: true, reason: "x")
        for words in [[], ["--confirm-within", "60"]] {
            let change = try ChangeArguments.parse(words)
            #expect(throws: ExitStatus.pending) { try change.conclude(change: nil, sync: sync, as: .table) }
        }
    }

    // The expected text is Foundation's, in the machine's time zone.
    @Test(
        "a moment is told by the clock, with the date where it is not today's", arguments: [0, 60, 86400, 90 * 86400])
    func clock(distance: Int64) {
        let now: Int64 = 1_900_000_000
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        let moment = Date(timeIntervalSince1970: TimeInterval(now + distance))
        let isToday = Calendar.current.isDate(moment, inSameDayAs: Date(timeIntervalSince1970: TimeInterval(now)))
        formatter.dateFormat = isToday ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss"
        let text = formatter.string(from: moment)
        #expect(HumanText.clock(now + distance, now: now) == text)
        #expect(
            ChangeArguments.notice(now + distance, now: now)
                == "undone at \(text) unless confirmed: wgpilotctl confirm")
    }

    @Test("no moment that the daemon tells ends the program", arguments: [.min, .max, -1] as [Int64])
    func hostileMoments(moment: Int64) {
        #expect(!HumanText.clock(moment, now: 0).isEmpty)
        #expect(!HumanText.clock(0, now: moment).isEmpty)
    }

    @Test("where nothing waits the notice says so")
    func nothingWaits() {
        #expect(ChangeArguments.notice(nil, now: 0) == "nothing waits to be confirmed")
    }
}
