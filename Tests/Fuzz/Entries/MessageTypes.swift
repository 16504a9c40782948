import WGPilotProtocol

/// Every type of message there is.
public enum MessageTypes {
    /// A method with the types of its messages.
    public struct Method: Sendable {
        /// The name on the wire.
        public let fullName: String
        /// The type of its request.
        public let request: MessageType
        /// The type of its response.
        public let response: MessageType

        fileprivate init<Input: MessageType.Message, Output: MessageType.Message>(
            _ descriptor: MethodDescriptor<Input, Output>
        ) {
            fullName = descriptor.fullName
            request = MessageType(Input.self)
            response = MessageType(Output.self)
        }

        fileprivate init<Input: MessageType.Message, Output: MessageType.Message>(
            _ descriptor: StreamDescriptor<Input, Output>
        ) {
            fullName = descriptor.fullName
            request = MessageType(Input.self)
            response = MessageType(Output.self)
        }
    }

    /// The methods; a test compares them with `MethodTable`.
    public static let methods: [Method] = [
        Method(SystemService.info), Method(SystemService.health), Method(SystemService.reconcile),
        Method(SystemService.drift), Method(SystemService.resolveDrift), Method(SystemService.pendingChange),
        Method(SystemService.confirm), Method(SystemService.undo),
        Method(NetworksService.list), Method(NetworksService.get), Method(NetworksService.create),
        Method(NetworksService.update), Method(NetworksService.delete), Method(NetworksService.enable),
        Method(NetworksService.disable), Method(NetworksService.importNetwork), Method(NetworksService.export),
        Method(NetworksService.regenerateKeys), Method(NetworksService.history),
        Method(BridgesService.list), Method(BridgesService.get), Method(BridgesService.create),
        Method(BridgesService.update), Method(BridgesService.delete),
        Method(RulesService.list), Method(RulesService.get), Method(RulesService.create), Method(RulesService.update),
        Method(RulesService.delete), Method(RulesService.reach),
        Method(PeersService.list), Method(PeersService.get), Method(PeersService.create), Method(PeersService.update),
        Method(PeersService.createBatch),
        Method(PeersService.delete), Method(PeersService.enable), Method(PeersService.disable),
        Method(PeersService.rotateKeys), Method(PeersService.config), Method(PeersService.connections),
        Method(PeersService.flushConnections), Method(PeersService.history), Method(PeersService.sessions),
        Method(PeersService.purgeHistory), Method(LinksService.list), Method(LinksService.create),
        Method(LinksService.revoke), Method(LinksService.redeem), Method(WatchService.changes),
        Method(AuditService.list), Method(AuditService.export), Method(AuditService.verify),
        Method(TokensService.list), Method(TokensService.create), Method(TokensService.revoke),
        Method(AuthService.setupState), Method(AuthService.setup), Method(AuthService.login),
        Method(AuthService.continueLogin), Method(AuthService.logout), Method(AuthService.whoAmI),
        Method(AuthService.changePassword), Method(AuthService.enrolTOTP), Method(AuthService.confirmTOTP),
        Method(AuthService.disableTOTP), Method(AuthService.regenerateRecoveryCodes),
        Method(UsersService.list), Method(UsersService.get), Method(UsersService.create),
        Method(UsersService.update), Method(UsersService.delete), Method(UsersService.setPassword),
        Method(UsersService.resetTOTP), Method(UsersService.createSetupCode),
        Method(SessionsService.list), Method(SessionsService.revoke),
    ]

    /// What frames carry beside the methods' messages.
    public static let envelope: [MessageType] = [
        MessageType(Hello.self), MessageType(RequestHead.self), MessageType(Status.self), MessageType(GoAway.self),
    ]

    /// What only stands within other messages; a test finds those that are missing.
    public static let parts: [MessageType] = [
        MessageType(CallerIdentity.self), MessageType(FieldViolation.self), MessageType(ChangeOptions.self),
        MessageType(ChangeMessage.self), MessageType(SyncMessage.self), MessageType(CheckMessage.self),
        MessageType(FindingMessage.self), MessageType(RepairMessage.self), MessageType(NetworkMessage.self),
        MessageType(BridgeMessage.self), MessageType(RuleMessage.self), MessageType(ReachMessage.self),
        MessageType(PeerMessage.self), MessageType(PeerStatusMessage.self),
        MessageType(ConnectionMessage.self), MessageType(FlowMessage.self), MessageType(ConnectionTotalMessage.self),
        MessageType(ConnectionSummaryMessage.self), MessageType(HistoryPointMessage.self),
        MessageType(PeerSessionMessage.self), MessageType(SessionEndpointMessage.self),
        MessageType(LinkStatisticsMessage.self),
        MessageType(ConfigurationFindingMessage.self),
        MessageType(WatchStatusMessage.self), MessageType(AuditEntryMessage.self),
        MessageType(AuditChangeMessage.self), MessageType(AuditFieldMessage.self), MessageType(TokenMessage.self),
        MessageType(LinkMessage.self),
        MessageType(UserMessage.self), MessageType(SessionMessage.self), MessageType(SessionGrant.self),
        MessageType(LoginChallenge.self),
    ]

    /// What a frame can carry as a whole, each type once, requests first.
    public static let whole: [MessageType] = {
        var seen: Set<String> = []
        return (methods.map(\.request) + envelope + methods.map(\.response)).filter { seen.insert($0.name).inserted }
    }()

    /// The types by the numbers that stand for them in inputs of the fuzzers.
    private static let byNumber: [(number: UInt16, type: MessageType)] = whole.map { (number(of: $0.name), $0) }
        .sorted { $0.number < $1.number }

    /// The type that a number chooses: its own, or the next one's. So an input keeps its type when others come.
    public static func type(chosenBy number: UInt16) -> MessageType? {
        (byNumber.first { $0.number >= number } ?? byNumber.first)?.type
    }

    /// A type's own number: FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>) of its name, folded to 16 bits.
    public static func number(of name: String) -> UInt16 {
        let hash = name.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return UInt16(truncatingIfNeeded: hash >> 16 ^ hash)
    }

    /// Each type by its name.
    public static let byName: [String: MessageType] = Dictionary(
        uniqueKeysWithValues: (whole + parts).map { ($0.name, $0) })
}
