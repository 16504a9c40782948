/// The methods about links by which somebody without an account fetches a configuration, once.
public enum LinksService {
    /// The links of a network that are still good, without what their bearers present.
    public static let list = MethodDescriptor<NetworkReference, ListLinksReply>(
        service: "wgpilot.v1.Links", method: "List", requiredRole: .operator, isIdempotent: true,
        isMutation: false)
    /// Makes a link and shows it, this once.
    public static let create = MethodDescriptor<CreateLinkRequest, CreateLinkReply>(
        service: "wgpilot.v1.Links", method: "Create", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Makes a link worthless.
    public static let revoke = MethodDescriptor<LinkReference, LinkReply>(
        service: "wgpilot.v1.Links", method: "Revoke", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// The configuration behind a link, which is worthless from then on. For the gateway, which asks for whoever has the
    /// link.
    public static let redeem = MethodDescriptor<RedeemLinkRequest, PeerConfigReply>(
        service: "wgpilot.v1.Links", method: "Redeem", requiredRole: .gateway, isIdempotent: false,
        isMutation: true)
}
