/// How many messages answer a call.
public enum MethodKind: String, Sendable, Hashable, CaseIterable {
    /// One message, or an error.
    case unary
    /// Any number of messages one after another, under flow control, then the end or an error.
    case serverStream = "server-stream"
}
