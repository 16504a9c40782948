import ArgumentParser
import CLinuxShims
import CSecretMemory
import FoundationEssentials
import Logging
import NIOPosix
import WGPilotConfiguration
import WGPilotCore

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

    @Option(help: ArgumentHelp("The folder of the web page. Default: /usr/share/wgpilot/web.", valueName: "path"))
    var webRoot: String?

    @Flag(help: "Check the configuration and end.")
    var checkConfig = false

    func run() async throws {
        let configuration: GatewayConfiguration
        do {
            configuration = try GatewayConfiguration(layers: [
                .flags([(.listen, listen), (.socket, socket), (.logLevel, logLevel), (.webRoot, webRoot)]),
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

        // Configurations with their keys pass through.
        if !wgp_forbid_cores() { logger.warning("a crash may leave a core with keys in it") }
        // As the daemon does, and for the same reasons: lists of very many peers come and go.
        wgp_keep_memory(2, 4 << 20, 1 << 20)
        var descriptors: UInt64 = 0
        // Each client has one. Where no more are to be had, the limits of connections hold before.
        unsafe _ = wgp_raise_descriptor_limit(&descriptors)
        let daemon = Daemon(path: configuration.socketPath, group: MultiThreadedEventLoopGroup.singleton)
        let gateway = Gateway(
            configuration: configuration, daemon: daemon, files: try files(configuration, logger), logger: logger)
        try await gateway.run()
    }

    /// The web page; none where it is not installed.
    private func files(_ configuration: GatewayConfiguration, _ logger: Logger) throws -> StaticFiles {
        do {
            let files = try StaticFiles(folder: configuration.webRoot)
            logger.info("web page read", metadata: ["folder": "\(configuration.webRoot)", "files": "\(files.count)"])
            return files
        } catch {
            if configuration.isWebRootNamed {
                StandardError.write("web_root: \(configuration.webRoot) cannot be read", program: "wgpilot-gateway")
                throw ExitCode(78)  // EX_CONFIG, sysexits.h
            }
            logger.notice("no web page", metadata: ["folder": "\(configuration.webRoot)"])
            return StaticFiles()
        }
    }
}
