/// Every method there is, for tables, tests and documents.
public enum MethodTable {
    /// The methods, service by service.
    public static let all: [MethodInfo] = [
        SystemService.info.info, SystemService.health.info, SystemService.reconcile.info,
        SystemService.drift.info, SystemService.resolveDrift.info, SystemService.pendingChange.info,
        SystemService.confirm.info, SystemService.undo.info,
        NetworksService.list.info, NetworksService.get.info, NetworksService.create.info, NetworksService.update.info,
        NetworksService.delete.info, NetworksService.enable.info, NetworksService.disable.info,
        NetworksService.importNetwork.info, NetworksService.export.info, NetworksService.regenerateKeys.info,
        NetworksService.history.info,
        BridgesService.list.info, BridgesService.get.info, BridgesService.create.info, BridgesService.update.info,
        BridgesService.delete.info, RulesService.list.info, RulesService.get.info, RulesService.create.info,
        RulesService.update.info, RulesService.delete.info, RulesService.reach.info,
        PeersService.list.info, PeersService.get.info, PeersService.create.info,
        PeersService.createBatch.info, PeersService.update.info,
        PeersService.delete.info, PeersService.enable.info, PeersService.disable.info,
        PeersService.rotateKeys.info, PeersService.config.info,
        PeersService.connections.info, PeersService.flushConnections.info,
        PeersService.history.info, PeersService.sessions.info, PeersService.purgeHistory.info,
        LinksService.list.info, LinksService.create.info, LinksService.revoke.info, LinksService.redeem.info,
        WatchService.changes.info,
        AuditService.list.info, AuditService.export.info, AuditService.verify.info,
        TokensService.list.info, TokensService.create.info, TokensService.revoke.info,
        AuthService.setupState.info, AuthService.setup.info, AuthService.login.info, AuthService.continueLogin.info,
        AuthService.logout.info, AuthService.whoAmI.info, AuthService.changePassword.info, AuthService.enrolTOTP.info,
        AuthService.confirmTOTP.info, AuthService.disableTOTP.info, AuthService.regenerateRecoveryCodes.info,
        UsersService.list.info, UsersService.get.info, UsersService.create.info, UsersService.update.info,
        UsersService.delete.info, UsersService.setPassword.info, UsersService.resetTOTP.info,
        UsersService.createSetupCode.info, SessionsService.list.info, SessionsService.revoke.info,
    ]
}
