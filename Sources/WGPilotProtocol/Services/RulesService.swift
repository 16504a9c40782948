/// The methods about access rules.
public enum RulesService {
    /// Rules in their order.
    public static let list = MethodDescriptor<ListRulesRequest, ListRulesReply>(
        service: "wgpilot.v1.Rules", method: "List", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// One rule.
    public static let get = MethodDescriptor<RuleReference, RuleReply>(
        service: "wgpilot.v1.Rules", method: "Get", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
    /// Adds a rule to a list.
    public static let create = MethodDescriptor<CreateRuleRequest, RuleReply>(
        service: "wgpilot.v1.Rules", method: "Create", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Changes or moves a rule.
    public static let update = MethodDescriptor<UpdateRuleRequest, RuleReply>(
        service: "wgpilot.v1.Rules", method: "Update", requiredRole: .operator, isIdempotent: true,
        isMutation: true)
    /// Removes a rule.
    public static let delete = MethodDescriptor<RuleReference, DeleteReply>(
        service: "wgpilot.v1.Rules", method: "Delete", requiredRole: .operator, isIdempotent: false,
        isMutation: true)
    /// Tells whether one reaches another, and what decides.
    public static let reach = MethodDescriptor<ReachRequest, ReachReply>(
        service: "wgpilot.v1.Rules", method: "Reach", requiredRole: .viewer, isIdempotent: true,
        isMutation: false)
}
