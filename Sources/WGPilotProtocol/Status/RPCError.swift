/// A call that failed: what a handler throws and what a caller catches.
///
/// Programs branch on ``code`` and ``reason``; people read ``message``. No part of an error ever holds a secret: it is
/// logged and shown as it is.
public struct RPCError: Error, Sendable, Hashable {
    /// The class of the failure. Never ``StatusCode/ok``.
    public let code: StatusCode
    /// A stable identifier of the exact cause in snake_case (`peer_not_found`), never reworded after a release; empty
    /// when there is none.
    public var reason: String
    /// One sentence for people that says what happened and, where possible, what to do.
    public var message: String
    /// Every field of the request that was refused; empty unless the request was at fault.
    public var fields: [FieldViolation]
    /// Further details for programs, by stable lower-case keys (`limit`, `interface`).
    public var metadata: Metadata

    /// Makes an error. `code` ``StatusCode/ok`` would be no error and becomes ``StatusCode/unknown``.
    public init(
        _ code: StatusCode,
        reason: String,
        message: String,
        fields: [FieldViolation] = [],
        metadata: Metadata = [:]
    ) {
        self.code = code == .ok ? .unknown : code
        self.reason = reason
        self.message = message
        self.fields = fields
        self.metadata = metadata
    }

    /// The error for a request with wrong fields: ``StatusCode/invalidArgument``, reason `invalid_fields`.
    public static func invalidFields(_ fields: [FieldViolation]) -> RPCError {
        let message: String
        if let only = fields.first, fields.count == 1 {
            message = "\(only.field): \(only.message)"
        } else {
            message = "\(fields.count) fields are not valid."
        }
        return RPCError(.invalidArgument, reason: "invalid_fields", message: message, fields: fields)
    }
}

extension RPCError: CustomStringConvertible {
    /// `NOT_FOUND (peer_not_found): There is no peer …`, then the field violations.
    public var description: String {
        var text = code.name
        if !reason.isEmpty {
            text += " (\(reason))"
        }
        text += ": \(message)"
        // With one violation `invalidFields` has already put it into the message.
        if fields.count > 1 {
            for violation in fields {
                text += " [\(violation.field): \(violation.message)]"
            }
        }
        return text
    }
}
