import ArgumentParser
import CLinuxShims
import FoundationEssentials
import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// `wgpilotd`: reads its configuration, builds its services, runs them. Nothing else happens here.
@main
struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wgpilotd",
        abstract: "Owns the WireGuard networks of this machine, and serves wgpilotctl and wgpilot-gateway.",
        version: BuildInformation.version)

    @Option(
        help: ArgumentHelp("The configuration file. Default: /etc/wgpilot/daemon.yaml, if there.", valueName: "path"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the database and the master key. Default: /var/lib/wgpilot.", valueName: "path"))
    var dataDir: String?

    @Option(help: ArgumentHelp("The socket to serve on. Default: /run/wgpilot.sock.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("The group that may open the socket. Default: wgpilot.", valueName: "name"))
    var socketGroup: String?

    @Option(help: ArgumentHelp("auto, kernel or userspace. Default: auto.", valueName: "backend"))
    var backend: String?

    @Option(help: ArgumentHelp("The host that clients are given as the hub's endpoint.", valueName: "host"))
    var endpointHost: String?

    @Option(help: ArgumentHelp("Seconds between comparisons of kernel and database.", valueName: "seconds"))
    var reconcileInterval: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Flag(help: "Check the configuration and end.")
    var checkConfig = false

    func run() async throws {
        let configuration: DaemonConfiguration
        let socketGroup: UInt32?
        let policy: AuthorizationPolicy
        do {
            configuration = try loadConfiguration()
            socketGroup = AccountNames.gid(configuration.socketGroup)
            policy = try AuthorizationPolicy(configuration.roles, socketGroup: socketGroup)
        } catch {
            throw Self.fault("\(error)", DaemonExit.configuration)
        }
        if checkConfig { return }

        let notice = ReadinessNotice()
        let inherited = InheritedSocket.take()
        // Two arenas instead of eight a core (mallopt(3)): what a list of ten thousand peers took in one thread is then
        // there for the next one, instead of being taken from the system again. 4 MiB at the end of each for the same
        // reason: without them every answer of 64 KiB moves that end there and back. Setting one of the two sizes fixes
        // the other, at a value that would have each page of a list mapped by itself.
        wgp_keep_memory(2, 4 << 20, 1 << 20)
        // Whatever this process makes is for root alone, unless it says otherwise itself.
        umask(0o077)
        var logger = Logger(label: "wgpilotd") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        if socketGroup == nil && inherited == nil {
            logger.warning(
                "no such group: only root can open the socket",
                metadata: ["socket.group": "\(configuration.socketGroup)"])
        }

        var limits = configuration.limits
        limits.maximumConnections = DescriptorLimit.connections(
            limits.maximumConnections, within: DescriptorLimit.raise())
        if limits.maximumConnections < configuration.limits.maximumConnections {
            logger.warning(
                "fewer connections than configured: the process may not have more descriptors",
                metadata: ["connections": "\(limits.maximumConnections)"])
        }

        let machine = NetworkStackIdentity.read()
        let store: StateStore
        do {
            store = try StateStore.open(directory: configuration.dataDirectory, isCheckedMeanwhile: true)
        } catch {
            throw Self.fault("\(error)", DaemonExit.code(for: error))
        }
        let lock: NamespaceLock?
        do {
            lock = try NamespaceLock.take(logger)
        } catch {
            throw Self.fault("\(error)", DaemonExit.namespaceTaken)
        }
        defer { withExtendedLifetime(lock) {} }
        let kernel = await Self.kernel(configuration.backend, logger)
        let sightings = SightingService(store: store, kernel: kernel, logger: logger)
        let presence = Presence(store: store, now: StateStore.systemClock)
        let history = HistoryService(
            store: store, kernel: kernel, presence: presence, sightings: sightings,
            interval: configuration.historyInterval, retention: configuration.historyRetention, machine: machine,
            now: StateStore.systemClock, logger: logger)
        let status = StatusCache(kernel: kernel, sightings: sightings, presence: presence)
        let reconciler = Reconciler(
            store: store, kernel: MeteredKernel(kernel: kernel, history: history, status: status),
            host: LinuxHostNetwork(), interval: configuration.reconcileInterval,
            alwaysCounts: configuration.connectionAccounting == .on, logger: logger, sightings: sightings,
            now: StateStore.systemClock)
        do {
            // Whoever expired while nobody looked is never let in again.
            _ = try await store.expirePeers(audit: .daemon(PeersService.disable.fullName))
        } catch {
            logger.error("peers that have expired cannot be disabled", metadata: ["error": "\(error)"])
        }
        reconciler.lookAhead()
        let confirmation = ConfirmationService(
            store: store, reconciler: reconciler, now: StateStore.systemClock, logger: logger)
        let audit = AuditLog(store: store, now: StateStore.systemClock, logger: logger)
        let hub = Hub(
            store: store, kernel: kernel, reconciler: reconciler, confirmation: confirmation,
            status: status, audit: audit, sightings: sightings, history: history, authentication: Authentication(),
            configuration: configuration, startedAt: StateStore.systemClock(), now: StateStore.systemClock)
        var serving = RPCServerConfiguration(
            router: hub.router(policy: policy, logger: logger), agent: BuildInformation.agent,
            limits: limits, logger: logger,
            heavyMethods: Hub.heavyMethods, heavyLane: BackgroundLane(),
            callerRole: { policy.role(of: $0)?.rawValue ?? "none" })
        serving.isIntermediary = { $0 == policy.gatewayUser }
        let server = RPCServer(
            address: inherited.map { .inherited(descriptor: $0) }
                ?? .path(configuration.socketPath, mode: socketGroup == nil ? 0o600 : 0o660, group: socketGroup),
            configuration: serving,
            group: MultiThreadedEventLoopGroup.singleton)

        let deadlines = PeerDeadlineService(
            store: store, reconciler: reconciler, now: StateStore.systemClock, logger: logger)
        // Live state first: a caller that finds the socket open finds the tunnels as they should be.
        reconciler.post(.everything(.start))
        // The group asks each service for its description, which would else be all that hangs on it.
        let services = ServiceGroup(
            services: [
                ReconcilerService(reconciler: reconciler),
                sightings,
                history,
                confirmation,
                deadlines,
                audit,
                SessionSweep(store: store, logger: logger),
                RepairAudit(ledger: reconciler.ledger, log: audit),
                ServerService(
                    store: store, reconciler: reconciler, server: server, prepare: { await history.prepare() },
                    onListening: { [logger] in
                        logger.info("serving", metadata: ["socket": "\(configuration.socketPath)"])
                        notice.send("READY=1")
                    }),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await services.run()
        } catch let error as ListenerError {
            throw Self.fault("\(error)", DaemonExit.code(for: error))
        } catch let error as StoreError {
            throw Self.fault("\(error)", DaemonExit.code(for: error))
        }
        notice.send("STOPPING=1")
        try store.close()
        logger.info("stopped")
    }

    private func loadConfiguration() throws(ConfigurationError) -> DaemonConfiguration {
        try DaemonConfiguration(layers: [
            .flags([
                (.dataDir, dataDir), (.socket, socket), (.socketGroup, socketGroup), (.backend, backend),
                (.endpointHost, endpointHost), (.reconcileInterval, reconcileInterval), (.logLevel, logLevel),
            ]),
            .environment(ProcessInfo.processInfo.environment),
            .file(config ?? "/etc/wgpilot/daemon.yaml", isRequired: config != nil),
        ])
    }

    /// The backend; where the machine has none the daemon still serves, and every change waits for one.
    private static func kernel(_ preference: KernelDetection.Preference, _ logger: Logger) async -> any Kernel {
        do throws(KernelError) {
            let kernel = try await KernelDetection.detect(preference: preference)
            logger.info(
                "backend",
                metadata: ["kind": "\(kernel.backend.kind.rawValue)", "version": "\(kernel.backend.version)"])
            return kernel
        } catch {
            logger.error("no WireGuard on this machine", metadata: ["error": "\(error)"])
            return MissingKernel(error: error)
        }
    }

    private static func fault(_ message: String, _ code: ExitCode) -> ExitCode {
        StandardError.write(message, program: "wgpilotd")
        return code
    }
}
