/// The methods about API tokens, which the gateway's callers prove themselves with.
public enum TokensService {
    /// All tokens, without what their bearers present.
    public static let list = MethodDescriptor<Empty, ListTokensReply>(
        service: "wgpilot.v1.Tokens", method: "List", requiredRole: .admin, isIdempotent: true,
        isMutation: false)
    /// Makes a token and shows it, this once.
    public static let create = MethodDescriptor<CreateTokenRequest, CreateTokenReply>(
        service: "wgpilot.v1.Tokens", method: "Create", requiredRole: .admin, isIdempotent: false,
        isMutation: true)
    /// Makes a token worthless.
    public static let revoke = MethodDescriptor<TokenReference, TokenReply>(
        service: "wgpilot.v1.Tokens", method: "Revoke", requiredRole: .admin, isIdempotent: false,
        isMutation: true)
}
