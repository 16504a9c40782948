import Testing
import WGPilotProtocol

@testable import WGPilotRPC

@Suite struct StatusEncodingTests {
    @Test func `a status that does not fit loses its details, not its code`() throws {
        let fields = (0..<1000).map { FieldViolation(field: "f\($0)", message: "not valid") }
        let error = RPCError(.invalidArgument, reason: "r", message: "m", fields: fields, metadata: ["request-id": "x"])
        let bytes = Status(error).encoded(within: 4096)
        #expect(bytes.count <= 4090)
        let status = try CBORDecoder().decode(Status.self, from: bytes)
        #expect(status == Status(code: .invalidArgument, message: "m", reason: "r", metadata: ["request-id": "x"]))
    }

    @Test func `even texts of endless clusters fit`() throws {
        let zalgo = "a" + String(repeating: "\u{301}", count: 10_000)
        let bytes = Status(RPCError(.aborted, reason: "", message: zalgo)).encoded(within: 4096)
        #expect(try CBORDecoder().decode(Status.self, from: bytes) == Status(code: .aborted))
    }
}
