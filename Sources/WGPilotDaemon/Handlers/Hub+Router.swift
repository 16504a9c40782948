import Logging
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

extension Hub {
    /// The methods that look at all there is of something, or change it.
    static let heavyMethods = Set(
        [
            SystemService.reconcile.info, SystemService.drift.info, NetworksService.list.info,
            NetworksService.importNetwork.info, NetworksService.export.info, NetworksService.regenerateKeys.info,
            RulesService.list.info, RulesService.reach.info, PeersService.list.info, PeersService.createBatch.info,
            PeersService.connections.info, PeersService.flushConnections.info, WatchService.changes.info,
            PeersService.history.info, PeersService.sessions.info, PeersService.purgeHistory.info,
            NetworksService.history.info, AuditService.list.info, AuditService.export.info, AuditService.verify.info,
        ].map(\.fullName))

    /// All methods with their handlers, behind authorization.
    ///
    /// - Parameter feed: What watches the hub; nil makes one.
    func router(policy: AuthorizationPolicy, logger: Logger, feed: WatchFeed? = nil) -> RPCRouter {
        let names = UserNames()
        var router = RPCRouter(interceptors: [
            AuditInterceptor(policy: policy, log: audit, names: names), LoggingInterceptor(logger: logger),
            AuthorizationInterceptor(
                policy: policy, store: store, names: names, sessionIdle: configuration.sessions.idle, logger: logger),
            SharedReplies(store: store, status: status),
        ])
        SystemHandler(hub: self).register(in: &router)
        NetworksHandler(hub: self).register(in: &router)
        PeersHandler(hub: self).register(in: &router)
        ConnectionsHandler(hub: self).register(in: &router)
        HistoryHandler(hub: self).register(in: &router)
        LinksHandler(hub: self).register(in: &router)
        BridgesHandler(hub: self).register(in: &router)
        RulesHandler(hub: self).register(in: &router)
        DriftHandler(hub: self).register(in: &router)
        PendingChangeHandler(hub: self).register(in: &router)
        WatchHandler(hub: self, feed: feed ?? WatchFeed(hub: self, logger: logger)).register(in: &router)
        AuditHandler(hub: self).register(in: &router)
        TokensHandler(hub: self).register(in: &router)
        AuthHandler(hub: self).register(in: &router)
        UsersHandler(hub: self).register(in: &router)
        SessionsHandler(hub: self).register(in: &router)
        return router
    }
}
