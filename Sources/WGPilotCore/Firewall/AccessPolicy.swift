/// The access rules with all names resolved into blocks of addresses.
public struct AccessPolicy: Hashable, Sendable {
    /// The lists that have rules; referred to by their place here.
    public var lists: [AccessList]
    /// The peers that have lists of their own or of their tags.
    public var sources: [AccessSource]
    /// The list of a whole network, for peers that have no others.
    public var networks: [InterfaceName: Int]

    /// Makes it from its parts.
    public init(lists: [AccessList] = [], sources: [AccessSource] = [], networks: [InterfaceName: Int] = [:]) {
        self.lists = lists
        self.sources = sources
        self.networks = networks
    }
}

/// The rules of one owner in their order, those that are switched off left out.
public struct AccessList: Hashable, Sendable {
    /// Whose rules they are.
    public var owner: AccessRuleOwner
    /// The rules.
    public var rules: [ResolvedAccessRule]

    /// Makes it from its parts.
    public init(owner: AccessRuleOwner, rules: [ResolvedAccessRule]) {
        self.owner = owner
        self.rules = rules
    }
}

/// An access rule with its destination resolved.
public struct ResolvedAccessRule: Hashable, Sendable {
    /// The rule's number.
    public var id: Int64
    /// What becomes of what fits.
    public var action: AccessAction
    /// Where to; nil for anywhere, empty for nowhere (a tag that no peer has).
    public var destinations: [IPPrefix]?
    /// By which protocol and to which ports.
    public var service: AccessService

    /// Makes it from its parts.
    public init(id: Int64, action: AccessAction, destinations: [IPPrefix]?, service: AccessService) {
        self.id = id
        self.action = action
        self.destinations = destinations
        self.service = service
    }
}

/// A peer as a source of traffic.
public struct AccessSource: Hashable, Sendable {
    /// Everything that the peer may send from. No two sources overlap.
    public var blocks: [IPPrefix]
    /// The lists that are asked, in this order, by their place in ``AccessPolicy/lists``: its own, its tags' by name,
    /// its network's.
    public var lists: [Int]

    /// Makes it from its parts.
    public init(blocks: [IPPrefix], lists: [Int]) {
        self.blocks = blocks
        self.lists = lists
    }
}
