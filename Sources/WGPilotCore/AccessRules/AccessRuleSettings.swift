/// What a person chooses for an access rule.
public struct AccessRuleSettings: Hashable, Sendable {
    /// Whose traffic it judges.
    public var owner: AccessRuleOwner
    /// What becomes of what fits.
    public var action: AccessAction
    /// Where to.
    public var destination: AccessDestination
    /// By which protocol and to which ports.
    public var service: AccessService
    /// Free text for people; at most 200 bytes on one line.
    public var comment = ""
    /// Whether the rule is asked.
    public var enabled = true

    /// Makes settings with everything beyond the given at its default.
    public init(
        owner: AccessRuleOwner, action: AccessAction, destination: AccessDestination = .any,
        service: AccessService = .any
    ) {
        self.owner = owner
        self.action = action
        self.destination = destination
        self.service = service
    }

    /// The most bytes of a comment.
    public static let longestComment = 200
    /// The most ranges of ports, joined, that one rule may name.
    public static let mostPortRanges = 64

    /// All faults of the settings taken together, each with the field it is about; empty when there is none.
    public func validate() -> [(field: AccessRuleField, fault: InvalidValue)] {
        var faults: [(field: AccessRuleField, fault: InvalidValue)] = []
        func check(_ tag: String, _ field: AccessRuleField) {
            guard !PeerSettings.isTag(tag) else { return }
            faults.append(
                (
                    field,
                    InvalidValue("\(tag.quotedForMessage) is not a tag: 1 to 32 letters, digits, '-', '_' or '.'")
                ))
        }
        if case .tag(let tag) = owner { check(tag, .tag) }
        if case .tag(let tag) = destination { check(tag, .destination) }
        if service.ports.count > Self.mostPortRanges {
            faults.append((.ports, InvalidValue("at most \(Self.mostPortRanges) ranges of ports")))
        }
        if comment.utf8.count > Self.longestComment {
            faults.append((.comment, InvalidValue("a comment has at most \(Self.longestComment) bytes")))
        }
        if comment.unicodeScalars.contains(where: { Self.breaksLines($0) }) {
            faults.append((.comment, InvalidValue("a comment must not contain line breaks or control characters")))
        }
        return faults
    }

    private static func breaksLines(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
}
