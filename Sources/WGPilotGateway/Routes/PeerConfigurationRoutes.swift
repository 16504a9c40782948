import Hummingbird
import WGPilotJSON
import WGPilotProtocol
import WGPilotQR

/// A client's configuration, as a file and as a QR code.
struct PeerConfigurationRoutes: Routes {
    let daemon: Daemon

    private static let path = "/api/networks/{network}/peers/{peer}"

    func add(to router: GatewayRouter) {
        let file = Operation(
            "getPeerConfiguration", area: "Peers", "The client's file. It holds secrets.", access: .role("operator")
        ).with { $0.answer = .media(["text/plain"]) }
        router.api(.get, Self.path + "/config", file) { request in
            let reference = try PeerRoutes.reference(request)
            let reply = try await daemon.call(PeersService.config, reference, for: request.context)
            return .file(reply.text, name: reply.fileName)
        }
        let told = Operation(
            "describePeerConfiguration", area: "Peers",
            "The client's file, and what would bite in it. It holds secrets.", access: .role("operator")
        ).answering(Schemas.configuration)
        router.api(.get, Self.path + "/configuration", told) { request in
            let reference = try PeerRoutes.reference(request)
            let reply = try await daemon.call(PeersService.config, reference, for: request.context)
            return .json { json in
                json.object { json in
                    json.field("configuration", reply.text)
                    json.field("file_name", reply.fileName)
                    json.field("findings", reply.findings ?? [])
                }
            }
        }
        let types = ["image/png", "image/svg+xml"]
        let code = Operation(
            "getPeerQRCode", area: "Peers", "The client's file as a QR code. It holds secrets.",
            access: .role("operator")
        ).asking([.init("format", .choice(["png", "svg"]), "The kind of image; by default what Accept likes best.")])
            .with { $0.answer = .media(types) }
        router.api(.get, Self.path + "/qr", code) { request in
            let reference = try PeerRoutes.reference(request)
            let reply = try await daemon.call(PeersService.config, reference, for: request.context)
            guard reply.holdsPrivateKey else {
                throw HTTPFailure(
                    .conflict, "no_private_key", "Only the client has its private key, so that a QR code would lack it."
                )
            }
            let wanted =
                request.query.text("format").map { $0 == "svg" ? types[1] : types[0] }
                ?? request.request.headers[.accept].flatMap { MediaRange.preferred($0, of: types) } ?? types[0]
            return try await Self.image(reply.text, wanted)
        }
    }

    /// Drawn on Swift's threads: it takes a millisecond or so, for which the connections of the loop would wait.
    private static func image(_ text: String, _ type: String) async throws -> Response {
        let bytes = try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws -> [UInt8] in
            do throws(QRError) {
                let code = try QRCode.encode(configuration: text)
                return type == "image/png" ? try code.png() : Array(code.svg().utf8)
            } catch {
                throw HTTPFailure(.conflict, "qr_code_too_large", "There is no QR code: \(error).")
            }
        }
        return .bytes(bytes, type)
    }
}
