/// The outcome of a call, with the numbers and the meanings of gRPC's canonical codes
/// (google/rpc/code.proto, grpc/doc/statuscodes.md).
///
/// Three of them are easily confused. The litmus test, asked from the caller's side:
///
/// - ``unavailable``: repeating **this very call**, after a pause, may work.
/// - ``aborted``: the caller must go back and repeat **what led to the call** (read again, decide again, write again):
///   somebody else was faster.
/// - ``failedPrecondition``: no repetition works until somebody has **changed the state of the system** (enabled the
///   network, removed the peers, loaded the module).
public enum StatusCode: UInt8, Sendable, Hashable, CaseIterable {
    /// The call did what it was asked to do.
    case ok = 0
    /// The caller, or the connection on the caller's behalf, gave the call up.
    case cancelled = 1
    /// An error without a code of its own here: a number that only a newer peer knows.
    case unknown = 2
    /// The request is wrong whatever the state of the system; ``RPCError/fields`` says where.
    case invalidArgument = 3
    /// The deadline passed first. The call may have taken effect.
    case deadlineExceeded = 4
    /// A named thing does not exist.
    case notFound = 5
    /// The thing to be made, or its unique name, is already there.
    case alreadyExists = 6
    /// The caller is known and may not do this. Not for a caller whose identity is missing: ``unauthenticated``.
    case permissionDenied = 7
    /// A limit or a pool is used up: no free address, a message larger than allowed, a quota.
    case resourceExhausted = 8
    /// The state of the system forbids the call until somebody changes it; repeating it does not help. See the litmus
    /// test above.
    case failedPrecondition = 9
    /// A concurrent change won; the caller must start over from reading. See the litmus test above.
    case aborted = 10
    /// A position or cursor lies outside what exists now.
    case outOfRange = 11
    /// The server does not know the method, or this build cannot do it.
    case unimplemented = 12
    /// A promise of the server's own code was broken; details are in its log, never in the answer.
    case `internal` = 13
    /// The server, or the way to it, is not there now; repeating the same call later may work. See the litmus test
    /// above.
    case unavailable = 14
    /// Stored data cannot be read back.
    case dataLoss = 15
    /// The call needs a user's session or token, and brought none that is valid.
    case unauthenticated = 16

    /// The code for a number off the wire; one that this build does not know becomes ``unknown``, so that an old client
    /// survives a new server.
    public init(wireValue: UInt64) {
        self = UInt8(exactly: wireValue).flatMap(StatusCode.init(rawValue:)) ?? .unknown
    }

    /// The code's name as gRPC spells it, for logs and for JSON: `NOT_FOUND`.
    public var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internal: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }
}

extension StatusCode: CustomStringConvertible {
    /// The same as ``name``.
    public var description: String { name }
}

extension StatusCode: Codable {
    /// Reads an unsigned number; unknown ones become ``unknown``.
    public init(from decoder: any Decoder) throws {
        self.init(wireValue: try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Writes the code's number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
