/// A method that answers with a stream of messages; everything else is as with a ``MethodDescriptor``.
public struct StreamDescriptor<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    /// The descriptor without its types.
    public let info: MethodInfo

    /// Declares a method.
    public init(service: String, method: String, requiredRole: Role, isIdempotent: Bool, isMutation: Bool) {
        info = MethodInfo(
            fullName: "\(service)/\(method)", kind: .serverStream, requiredRole: requiredRole,
            isIdempotent: isIdempotent, isMutation: isMutation)
    }

    /// The name on the wire: `wgpilot.v1.Watch/Events`.
    public var fullName: String { info.fullName }
}
