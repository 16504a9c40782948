import WGPilotProtocol

/// The exit codes. Scripts branch on them: a number once given keeps its meaning.
enum ExitStatus: Int32, Error, CaseIterable {
    case success = 0
    case failure = 1
    case usage = 2
    case notFound = 3
    case alreadyExists = 4
    case invalidArgument = 5
    case permissionDenied = 6
    case failedPrecondition = 7
    case resourceExhausted = 8
    case unavailable = 9
    case deadlineExceeded = 10
    case unimplemented = 11
    case pending = 12
    case aborted = 13
    case tampered = 14

    /// The exit code for the status of a call.
    init(_ code: StatusCode) {
        self =
            switch code {
            case .ok: .success
            case .invalidArgument: .invalidArgument
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .permissionDenied, .unauthenticated: .permissionDenied
            case .failedPrecondition, .outOfRange: .failedPrecondition
            case .resourceExhausted: .resourceExhausted
            case .unavailable: .unavailable
            case .deadlineExceeded, .cancelled: .deadlineExceeded
            case .unimplemented: .unimplemented
            case .aborted: .aborted
            case .unknown, .internal, .dataLoss: .failure
            }
    }

    private var meaning: String {
        switch self {
        case .success: "done"
        case .failure: "an unexpected failure, or the answer is no"
        case .usage: "wrong usage of the command line"
        case .notFound: "no such network, peer, bridge, rule, token or user"
        case .alreadyExists: "the name, key or address is taken"
        case .invalidArgument: "a value is not valid"
        case .permissionDenied: "not allowed"
        case .failedPrecondition: "not possible as things stand"
        case .resourceExhausted: "no room: a full subnet, a limit"
        case .unavailable: "the daemon cannot be reached"
        case .deadlineExceeded: "the time was up"
        case .unimplemented: "the daemon does not know the method"
        case .pending: "saved, but not yet live in the kernel"
        case .tampered: "the audit log is not as it was written"
        case .aborted: "somebody else changed it meanwhile"
        }
    }

    /// The table of the help text.
    static var table: String {
        allCases.map { "\($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
    }
}

/// A failure of this side: a file that cannot be written, a question that nobody answered.
struct CommandFault: Error {
    var status: ExitStatus
    var message: String
}
