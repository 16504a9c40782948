/// The methods by which a web user logs in and looks after the own account.
///
/// Those of role `gateway` are what the login page needs; everything else acts for the user whose session the call bears.
/// Reasons of refusals: `bad_login`, `bad_code`, `bad_challenge` and `bad_setup_code` (UNAUTHENTICATED), `throttled` and
/// `busy` (RESOURCE_EXHAUSTED, with `retry-after-ms`), `no_web_user` (FAILED_PRECONDITION: the caller has no account here).
public enum AuthService {
    /// Whether the hub has no user yet, so that the first one is made with a code. No more is told without a session.
    public static let setupState = MethodDescriptor<Empty, SetupStateReply>(
        service: "wgpilot.v1.Auth", method: "SetupState", requiredRole: .gateway, isIdempotent: true,
        isMutation: false)
    /// Makes an admin with a code of `Users/CreateSetupCode`, which is worthless from then on, and logs that one in.
    public static let setup = MethodDescriptor<SetupRequest, LoginReply>(
        service: "wgpilot.v1.Auth", method: "Setup", requiredRole: .gateway, isIdempotent: false,
        isMutation: true)
    /// Takes name and password, and the code of the second factor where one is set: answers a session, or what to
    /// continue with.
    public static let login = MethodDescriptor<LoginRequest, LoginReply>(
        service: "wgpilot.v1.Auth", method: "Login", requiredRole: .gateway, isIdempotent: false,
        isMutation: true)
    /// Takes the second factor of a login that `Login` began.
    public static let continueLogin = MethodDescriptor<ContinueLoginRequest, LoginReply>(
        service: "wgpilot.v1.Auth", method: "ContinueLogin", requiredRole: .gateway, isIdempotent: false,
        isMutation: true)
    /// Ends the session of the call.
    public static let logout = MethodDescriptor<Empty, Empty>(
        service: "wgpilot.v1.Auth", method: "Logout", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
    /// Who the hub takes the caller for.
    public static let whoAmI = MethodDescriptor<Empty, WhoAmIReply>(
        service: "wgpilot.v1.Auth", method: "WhoAmI", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Sets the own password, ends all own sessions and begins another one.
    public static let changePassword = MethodDescriptor<ChangePasswordRequest, LoginReply>(
        service: "wgpilot.v1.Auth", method: "ChangePassword", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
    /// Makes the secret of a second factor and shows it, this once. It counts from `ConfirmTOTP` on.
    public static let enrolTOTP = MethodDescriptor<OwnPasswordRequest, EnrolTOTPReply>(
        service: "wgpilot.v1.Auth", method: "EnrolTOTP", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
    /// Switches the second factor on, with a code that it made, and shows the recovery codes, this once.
    public static let confirmTOTP = MethodDescriptor<ConfirmTOTPRequest, RecoveryCodesReply>(
        service: "wgpilot.v1.Auth", method: "ConfirmTOTP", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
    /// Switches the own second factor off.
    public static let disableTOTP = MethodDescriptor<OwnPasswordRequest, UserReply>(
        service: "wgpilot.v1.Auth", method: "DisableTOTP", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
    /// Makes new recovery codes and shows them, this once; the ones before are worthless.
    public static let regenerateRecoveryCodes = MethodDescriptor<OwnPasswordRequest, RecoveryCodesReply>(
        service: "wgpilot.v1.Auth", method: "RegenerateRecoveryCodes", requiredRole: .viewer, isIdempotent: false,
        isMutation: true)
}
