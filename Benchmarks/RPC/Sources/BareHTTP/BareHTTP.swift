import Foundation
import Hummingbird
import Logging

/// What `scripts/bench http` compares the gateway with: Hummingbird by itself, which answers bytes that it was given.
///
/// `BareHTTP PORT NAME=FILE…` serves each file at `/NAME` on 127.0.0.1, with the content type of the name's ending.
@main
enum BareHTTP {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let port = arguments.first.flatMap({ Int($0) }) else { throw CocoaError(.fileReadUnknown) }
        let router = Router()
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw CocoaError(.fileReadUnknown) }
            let buffer = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: parts[1])))
            let type = parts[0].hasSuffix(".png") ? "image/png" : "application/json"
            router.get(RouterPath(parts[0])) { _, _ in
                Response(
                    status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
                    body: ResponseBody(byteBuffer: buffer))
            }
        }
        var logger = Logger(label: "bare")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
        try await application.runService()
    }
}
