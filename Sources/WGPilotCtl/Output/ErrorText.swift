import WGPilotProtocol

/// Turns the error of a call into what stands on stderr.
enum ErrorText {
    /// One line, or one for each field that was refused.
    static func describe(_ error: RPCError) -> String {
        if error.fields.isEmpty { return error.message }
        return error.fields.map { "\($0.field): \($0.message)" }.joined(separator: "\n")
    }
}
