import Hummingbird
import HummingbirdCore
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC

/// The parts of the gateway, put together.
struct Gateway: Sendable {
    let configuration: GatewayConfiguration
    let daemon: Daemon
    let files: StaticFiles
    let logger: Logger
    private let eventSource: DaemonEvents
    private let events: EventHub
    private let requests = RequestMetrics()
    private let scrapes: RPCClient
    private let metrics: MetricsRoutes
    private let gate: CallerGate
    private let bodies = BodyBudget()

    init(configuration: GatewayConfiguration, daemon: Daemon, files: StaticFiles, logger: Logger) {
        self.configuration = configuration
        self.daemon = daemon
        self.files = files
        self.logger = logger
        eventSource = DaemonEvents(path: configuration.socketPath)
        events = EventHub(upstream: eventSource, logger: logger)
        scrapes = RPCClient(path: configuration.socketPath, agent: BuildInformation.agent)
        gate = CallerGate(perSecond: configuration.maxUnconfirmedPerSecond) { context throws(RPCError) in
            try await DaemonEvents.role(of: context.metadata, through: daemon.client(of: context.channel))
        }
        metrics = MetricsRoutes(
            client: scrapes, access: configuration.metrics, requests: requests, events: events, gate: gate)
    }

    /// The areas of the API. A new one is listed here.
    var areas: [any Routes] {
        let areas: [any Routes] = [
            HealthRoutes(daemon: daemon), EventRoutes(hub: events), metrics, AuthRoutes(daemon: daemon),
            NetworkRoutes(daemon: daemon),
            PeerRoutes(daemon: daemon), PeerConfigurationRoutes(daemon: daemon), ConnectionRoutes(daemon: daemon),
            HistoryRoutes(daemon: daemon),
            LinkRoutes(daemon: daemon), BridgeRoutes(daemon: daemon), RuleRoutes(daemon: daemon),
            SystemRoutes(daemon: daemon), AuditRoutes(daemon: daemon), TokenRoutes(daemon: daemon),
            UserRoutes(daemon: daemon), SessionRoutes(daemon: daemon),
        ]
        return areas + [DocumentRoutes(others: areas)]
    }

    /// Every route, in the order of the document.
    var routes: [GatewayRouter.Route] {
        let router = GatewayRouter(gate: gate, bodies: bodies)
        for area in areas { area.add(to: router) }
        return router.routes
    }

    /// What answers requests.
    var responder: GatewayResponder {
        GatewayResponder(
            routes: routes,
            policy: RequestPolicy(
                hosts: HostNames(names: configuration.hostNames),
                proxies: configuration.proxies, isTLS: configuration.tls != .off),
            files: files, metrics: requests, logger: logger)
    }

    /// Serves until the process is told to stop.
    ///
    /// - Throws: Where the certificate cannot be read or made, or an address cannot be listened on.
    func run() async throws {
        let limits = ConnectionLimits(
            all: configuration.maxConnections, perAddress: configuration.maxConnectionsPerAddress,
            proxies: configuration.proxies)
        let tls = try makeTLS()
        var services: [any Service] = [
            application(
                MeasuringResponder(responder: responder, metrics: requests), on: configuration.listen, limits, tls)
        ]
        if let tls { services.append(tls.reloader) }
        if let place = configuration.redirectListen {
            let redirect = RedirectResponder(
                hosts: HostNames(names: configuration.hostNames), port: configuration.listen.port)
            services.append(application(redirect, on: place, limits, nil))
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Requests under way may end; a stream of events ends by itself when it hears of the stop.
        group.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: group).run()
        await daemon.close()
        await eventSource.client.close()
        await scrapes.close()
    }

    private func application<Responder: HTTPResponder>(
        _ responder: Responder, on place: SocketEndpoint, _ limits: ConnectionLimits, _ tls: TLSKeeper?
    ) -> Application<Responder> where Responder.Context == GatewayContext {
        Application(
            responder: responder,
            server: HTTPServerBuilder { [daemon, configuration] responder in
                GatewayChannel(
                    responder: responder, daemon: daemon, limits: limits, times: configuration.times, tls: tls)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(place.address.description, port: Int(place.port))),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: logger)
    }

    private func makeTLS() throws -> TLSKeeper? {
        switch configuration.tls {
        case .off: return nil
        case .files:
            return try TLSKeeper(
                certificate: configuration.tlsCertificate ?? "", key: configuration.tlsKey ?? "", logger: logger)
        case .selfSigned:
            let made = try SelfSignedCertificate(
                folder: configuration.stateDir, names: configuration.hostNames,
                addresses: [configuration.listen.address])
            return try TLSKeeper(certificate: made.certificate, key: made.key, logger: logger)
        }
    }
}
