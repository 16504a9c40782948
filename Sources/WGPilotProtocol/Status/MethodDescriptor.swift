/// A unary method: its name, its message types and the role it needs.
///
/// Declare one as a static constant beside its messages; server and client share it. `requiredRole` has no default, so
/// a method that forgets to say who may call it does not compile.
public struct MethodDescriptor<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    /// The service with its package and version: `wgpilot.v1.Peers`.
    public let service: String
    /// The method's name in the service: `Create`.
    public let method: String
    /// The least role that may call the method.
    public let requiredRole: Role
    /// See ``MethodInfo/isIdempotent``.
    public let isIdempotent: Bool
    /// The name on the wire: `wgpilot.v1.Peers/Create`.
    public let fullName: String

    /// Declares a method.
    public init(service: String, method: String, requiredRole: Role, isIdempotent: Bool) {
        self.service = service
        self.method = method
        self.requiredRole = requiredRole
        self.isIdempotent = isIdempotent
        self.fullName = "\(service)/\(method)"
    }

    /// The descriptor without its types.
    public var info: MethodInfo {
        MethodInfo(fullName: fullName, requiredRole: requiredRole, isIdempotent: isIdempotent)
    }
}
