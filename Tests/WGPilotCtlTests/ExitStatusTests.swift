import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("Exit codes and errors")
struct ExitStatusTests {
    // Scripts branch on these numbers: none may ever change.
    @Test("each code has its number for good")
    func numbers() {
        #expect(
            ExitStatus.allCases.map { "\($0.rawValue) \($0)" } == [
                "0 success", "1 failure", "2 usage", "3 notFound", "4 alreadyExists", "5 invalidArgument",
                "6 permissionDenied",
                "7 failedPrecondition", "8 resourceExhausted", "9 unavailable", "10 deadlineExceeded",
                "11 unimplemented",
                "12 pending", "13 aborted", "14 tampered",
            ])
    }

    @Test("no failed call ends with success, nor with the code of wrong usage or of a pending change")
    func failures() {
        for code in StatusCode.allCases where code != .ok {
            #expect(![.success, .usage, .pending].contains(ExitStatus(code)), "\(code)")
        }
        #expect(ExitStatus(.ok) == .success)
    }

    @Test(
        "the status of a call becomes the code of the same name",
        arguments: [
            (StatusCode.notFound, 3), (.alreadyExists, 4), (.invalidArgument, 5), (.permissionDenied, 6),
            (.unauthenticated, 6), (.failedPrecondition, 7), (.resourceExhausted, 8), (.unavailable, 9),
            (.deadlineExceeded, 10), (.unimplemented, 11), (.aborted, 13), (.internal, 1), (.unknown, 1),
            (.dataLoss, 1),
        ] as [(StatusCode, Int32)])
    func mapping(code: StatusCode, status: Int32) {
        #expect(ExitStatus(code).rawValue == status)
    }

    @Test("an error is its sentence, or a line for each field that was refused")
    func errorText() {
        #expect(ErrorText.describe(RPCError(.notFound, reason: "x", message: "There is none.")) == "There is none.")
        let fields = [
            FieldViolation(field: "mtu", message: "too small"), FieldViolation(field: "name", message: "is empty"),
        ]
        #expect(ErrorText.describe(.invalidFields(fields)) == "mtu: too small\nname: is empty")
        #expect(ErrorText.describe(.invalidFields([fields[0]])) == "mtu: too small")
    }

    @Test("a change that is saved but not live has its own code, one that is live or changed nothing has none")
    func pending() throws {
        #expect(throws: Never.self) { try PendingNotice.check(nil) }
        #expect(throws: Never.self) { try PendingNotice.check(SyncMessage(isPending: false)) }
        #expect(throws: ExitStatus.pending) { try PendingNotice.check(SyncMessage(isPending: true, reason: "x")) }
    }
}
