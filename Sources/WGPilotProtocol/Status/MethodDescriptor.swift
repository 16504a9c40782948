/// A unary method: its name, its message types, the role it needs, and what repeating it and logging it mean.
///
/// Declare one as a static constant beside its messages; server and client share it. No fact has a default, so a method
/// that forgets to say who may call it, or whether it changes something, does not compile.
public struct MethodDescriptor<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    /// The descriptor without its types.
    public let info: MethodInfo

    /// Declares a method.
    public init(service: String, method: String, requiredRole: Role, isIdempotent: Bool, isMutation: Bool) {
        info = MethodInfo(
            fullName: "\(service)/\(method)", kind: .unary, requiredRole: requiredRole, isIdempotent: isIdempotent,
            isMutation: isMutation)
    }

    /// The name on the wire: `wgpilot.v1.Peers/Create`.
    public var fullName: String { info.fullName }
}
