import ArgumentParser
import Glibc
import WGPilotProtocol
import WGPilotRPC

/// The options that every command has.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's socket. Default: $WGPILOT_SOCKET, else /run/wgpilot.sock.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("How to print: table or json.", valueName: "format"))
    var output: OutputFormat = .table

    @Option(help: ArgumentHelp("The most seconds to wait for an answer.", valueName: "seconds"))
    var timeout: Int = 60

    func validate() throws {
        guard (1...86400).contains(timeout) else {
            throw ValidationError("--timeout is a number of seconds from 1 to 86400")
        }
    }

    private var path: String { Self.path(socket) }

    /// The socket that is meant, where none is named as well.
    static func path(_ socket: String?) -> String {
        if let socket { return socket }
        if let value = unsafe getenv("WGPILOT_SOCKET") { return unsafe String(cString: value) }
        return "/run/wgpilot.sock"
    }

    /// Lets the body make its calls, on one connection unless it is lost, and disconnects. The body runs on the thread of
    /// the connection: it has nothing to do while a call is out, and a call then changes no thread.
    func withDaemon(_ body: (DaemonConnection) async throws -> Void) async throws {
        let client = RPCClient(path: path, agent: BuildInformation.agent)
        let connection = DaemonConnection(client: client, timeout: .seconds(timeout))
        do {
            try await withTaskExecutorPreference(client.executor) { try await body(connection) }
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}

/// The daemon as a command sees it: calls with the time-out that the user chose.
struct DaemonConnection: Sendable {
    let client: RPCClient
    let timeout: Duration

    /// Makes one call.
    ///
    /// One that makes something bears a key of its own, so that it is repeated where its answer was lost.
    func call<Input, Output>(_ method: MethodDescriptor<Input, Output>, _ input: Input) async throws -> Output {
        let isCreation = ["/Create", "/CreateBatch", "/Import"].contains { method.fullName.hasSuffix($0) }
        return try await client.call(
            method, input, timeout: timeout, idempotencyKey: isCreation ? Self.newKey() : nil)
    }

    private static func newKey() -> String {
        String(UInt128.random(in: .min ... .max), radix: 16)
    }
}
