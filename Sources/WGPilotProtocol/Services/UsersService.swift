/// The methods about the users of the web page. None of them leaves the hub without an enabled admin, unless somebody on
/// the socket asks for it who is admin without being such a user.
public enum UsersService {
    /// All users.
    public static let list = MethodDescriptor<Empty, ListUsersReply>(
        service: "wgpilot.v1.Users", method: "List", requiredRole: .admin, isIdempotent: true, isMutation: false)
    /// One user.
    public static let get = MethodDescriptor<UserReference, UserReply>(
        service: "wgpilot.v1.Users", method: "Get", requiredRole: .admin, isIdempotent: true, isMutation: false)
    /// Makes a user.
    public static let create = MethodDescriptor<CreateUserRequest, UserReply>(
        service: "wgpilot.v1.Users", method: "Create", requiredRole: .admin, isIdempotent: false, isMutation: true)
    /// Changes what the request names. Another role, or being disabled, ends the user's sessions.
    public static let update = MethodDescriptor<UpdateUserRequest, UserReply>(
        service: "wgpilot.v1.Users", method: "Update", requiredRole: .admin, isIdempotent: true, isMutation: true)
    /// Deletes a user with the sessions and the second factor.
    public static let delete = MethodDescriptor<UserReference, UserReply>(
        service: "wgpilot.v1.Users", method: "Delete", requiredRole: .admin, isIdempotent: false, isMutation: true)
    /// Sets a user's password and ends the user's sessions; takes the second factor away where it is asked for.
    public static let setPassword = MethodDescriptor<SetPasswordRequest, UserReply>(
        service: "wgpilot.v1.Users", method: "SetPassword", requiredRole: .admin, isIdempotent: true,
        isMutation: true)
    /// Takes a user's second factor and recovery codes away, and ends the user's sessions.
    public static let resetTOTP = MethodDescriptor<UserReference, UserReply>(
        service: "wgpilot.v1.Users", method: "ResetTOTP", requiredRole: .admin, isIdempotent: true,
        isMutation: true)
    /// Makes a code by which somebody becomes an admin, once, and shows it, this once. One that was made before is
    /// worthless from then on.
    public static let createSetupCode = MethodDescriptor<CreateSetupCodeRequest, SetupCodeReply>(
        service: "wgpilot.v1.Users", method: "CreateSetupCode", requiredRole: .admin, isIdempotent: false,
        isMutation: true)
}
