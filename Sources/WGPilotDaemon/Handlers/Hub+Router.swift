import Logging
import WGPilotProtocol
import WGPilotRPC

extension Hub {
    /// The methods that compute next to nothing, however large the hub is, and neither ask the kernel nor change anything:
    /// a probe of health, and what is fetched for one peer after another.
    static let lightMethods: Set = [
        SystemService.health.fullName, SystemService.pendingChange.fullName, PeersService.config.fullName,
    ]

    /// All methods with their handlers, behind authorization.
    ///
    /// - Parameter feed: What watches the hub; nil makes one.
    func router(policy: AuthorizationPolicy, logger: Logger, feed: WatchFeed? = nil) -> RPCRouter {
        let names = UserNames()
        var router = RPCRouter(interceptors: [
            AuditInterceptor(policy: policy, log: audit, names: names), LoggingInterceptor(logger: logger),
            AuthorizationInterceptor(policy: policy, store: store, names: names, logger: logger),
        ])
        SystemHandler(hub: self).register(in: &router)
        NetworksHandler(hub: self).register(in: &router)
        PeersHandler(hub: self).register(in: &router)
        ConnectionsHandler(hub: self).register(in: &router)
        LinksHandler(hub: self).register(in: &router)
        BridgesHandler(hub: self).register(in: &router)
        RulesHandler(hub: self).register(in: &router)
        DriftHandler(hub: self).register(in: &router)
        PendingChangeHandler(hub: self).register(in: &router)
        WatchHandler(hub: self, feed: feed ?? WatchFeed(hub: self, logger: logger)).register(in: &router)
        AuditHandler(hub: self).register(in: &router)
        TokensHandler(hub: self).register(in: &router)
        return router
    }
}
