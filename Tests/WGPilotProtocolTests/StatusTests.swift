import Testing
import WGPilotProtocol

@Suite struct StatusTests {
    @Test func `codes have gRPC's numbers and names`() {
        // https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
        let names = [
            "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
            "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
            "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
        ]
        #expect(StatusCode.allCases.map(\.name) == names)
        #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
    }

    @Test(arguments: [17, 255, 256, UInt64.max])
    func `a number from the future is unknown, not an error`(number: UInt64) throws {
        #expect(StatusCode(wireValue: number) == .unknown)
        let bytes = [0xa1, 0x01] + (try CBOREncoder().encode(number))
        #expect(try CBORDecoder().decode(Status.self, from: bytes).code == .unknown)
    }

    @Test func `a status has the documented bytes`() throws {
        #expect(try CBOREncoder().encode(Status.ok) == hex("a1 01 00"))
        let error = RPCError(
            .invalidArgument, reason: "r", message: "m", fields: [.init(field: "f", message: "v")],
            metadata: ["k": "w"])
        let bytes = hex(
            """
            a5
              01 03           # code: INVALID_ARGUMENT
              02 61 6d        # message
              03 61 72        # reason
              04 81           # fields
                 a2 01 61 66 02 61 76
              05 a1           # metadata
                 616b 6177
            """)
        #expect(try CBOREncoder().encode(Status(error)) == bytes)
        #expect(try CBORDecoder().decode(Status.self, from: bytes).error == error)
    }

    @Test func `an error is never ok`() {
        #expect(RPCError(.ok, reason: "", message: "").code == .unknown)
        #expect(Status.ok.error == nil)
    }

    @Test func `an error of one field says which`() {
        let one = RPCError.invalidFields([.init(field: "name", message: "is taken")])
        #expect(one.description == "INVALID_ARGUMENT (invalid_fields): name: is taken")
        let two = RPCError.invalidFields([.init(field: "a", message: "x"), .init(field: "b", message: "y")])
        #expect(two.description == "INVALID_ARGUMENT (invalid_fields): 2 fields are not valid. [a: x] [b: y]")
    }

    @Test func `roles include the ones before them`() {
        #expect(Role.allCases == Role.allCases.sorted())
        #expect(Role.gateway < .viewer && Role.viewer < .operator && Role.operator < .admin)
    }

    @Test func `a method's name joins its service and itself`() {
        let descriptor = MethodDescriptor<Status, Status>(
            service: "wgpilot.v1.Peers", method: "Create", requiredRole: .operator, isIdempotent: false,
            isMutation: true)
        #expect(descriptor.fullName == "wgpilot.v1.Peers/Create")
        #expect(
            descriptor.info
                == MethodInfo(
                    fullName: "wgpilot.v1.Peers/Create", kind: .unary, requiredRole: .operator, isIdempotent: false,
                    isMutation: true))
    }
}
