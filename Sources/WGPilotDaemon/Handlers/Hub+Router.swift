import Logging
import WGPilotRPC

extension Hub {
    /// All methods with their handlers, behind authorization.
    func router(policy: AuthorizationPolicy, logger: Logger) -> RPCRouter {
        var router = RPCRouter(interceptors: [
            LoggingInterceptor(logger: logger), AuthorizationInterceptor(policy: policy, logger: logger),
        ])
        SystemHandler(hub: self, policy: policy).register(in: &router)
        NetworksHandler(hub: self).register(in: &router)
        PeersHandler(hub: self).register(in: &router)
        BridgesHandler(hub: self).register(in: &router)
        RulesHandler(hub: self).register(in: &router)
        DriftHandler(hub: self).register(in: &router)
        PendingChangeHandler(hub: self).register(in: &router)
        return router
    }
}
