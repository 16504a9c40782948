import ArgumentParser
import FoundationEssentials
import Hummingbird
import Logging
import WGPilotConfiguration
import WGPilotCore
import WGPilotRPC

/// `wgpilot-gateway`: reads its configuration, builds its services, runs them.
@main
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wgpilot-gateway",
        abstract: "Serves the HTTP API of the WireGuard hub, by asking the daemon wgpilotd.",
        version: BuildInformation.version)

    @Option(
        help: ArgumentHelp("The configuration file. Default: /etc/wgpilot/gateway.yaml, if there.", valueName: "path"))
    var config: String?

    @Option(help: ArgumentHelp("The address and port to serve on. Default: 127.0.0.1:8080.", valueName: "address:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The daemon's socket. Default: /run/wgpilot.sock.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Flag(help: "Check the configuration and end.")
    var checkConfig = false

    func run() async throws {
        let configuration: GatewayConfiguration
        do {
            configuration = try GatewayConfiguration(layers: [
                .flags([(.listen, listen), (.socket, socket), (.logLevel, logLevel)]),
                .environment(ProcessInfo.processInfo.environment),
                .file(config ?? "/etc/wgpilot/gateway.yaml", isRequired: config != nil),
            ])
        } catch {
            StandardError.write("\(error)", program: "wgpilot-gateway")
            throw ExitCode(78)  // EX_CONFIG, sysexits.h
        }
        if checkConfig { return }
        var logger = Logger(label: "wgpilot-gateway")
        logger.logLevel = configuration.logLevel

        let daemon = RPCClient(path: configuration.socketPath, agent: BuildInformation.agent)
        let router = Router()
        HealthRoute(daemon: daemon).add(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listen.address.description, port: Int(configuration.listen.port))),
            logger: logger)
        try await application.runService()
        await daemon.close()
    }
}
