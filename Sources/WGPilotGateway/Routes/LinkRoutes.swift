import Hummingbird
import WGPilotJSON
import WGPilotProtocol
import WGPilotQR

/// Links by which a configuration is fetched once.
///
/// What makes a link secret is its fragment, which a browser sends nowhere: no log on the way has it, and what merely looks at the
/// link, as scanners of mail do, takes nothing. The page `/link` sends it in a body once somebody clicks.
struct LinkRoutes: Routes {
    let daemon: Daemon

    private static let make = Schema(
        "LinkCreate", [.init("lifetime", .integer(60...604_800), "Seconds; by default an hour.")])
    private static let redeem = Schema(
        "LinkRedeem", [.init("secret", .secret(longest: 256), "What stands behind the # of the link.", required: true)])

    func add(to router: GatewayRouter) {
        let list = Operation("listLinks", area: "Links", "The links of a network.", access: .role("operator"))
            .answering(Schemas.linkList)
        router.api(.get, "/api/networks/{network}/links", list) { request in
            let reference = NetworkReference(network: try request.reference("network"))
            return ChangeAnswer.list(
                "links", try await daemon.call(LinksService.list, reference, for: request.context).links)
        }
        let make = Operation("createLink", area: "Links", "Makes a link to a client's file.", access: .role("operator"))
            .taking(Self.make, isOptional: true).answering(Schemas.madeLink, .created).with { $0.isCreation = true }
        router.api(.post, "/api/networks/{network}/peers/{peer}/links", make) { request in
            let message = CreateLinkRequest(
                network: try request.reference("network"), peer: try request.reference("peer"),
                lifetime: request.body.integer("lifetime"))
            let reply = try await daemon.call(
                LinksService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            let base = (request.context.isSecure ? "https://" : "http://") + (request.request.head.authority ?? "")
            return .json(.created) { json in
                json.object { json in
                    reply.link.writeFields(to: &json)
                    json.field("secret", reply.secret)
                    json.field("url", reply.secret.map { "\(base)/link#\($0)" })
                }
            }
        }
        let revoke = Operation("revokeLink", area: "Links", "Makes a link worthless.", access: .role("operator"))
            .answering(Schemas.link)
        router.api(.delete, "/api/links/{link}", revoke) { request in
            let reference = LinkReference(id: try request.identifier("link"))
            return .json(try await daemon.call(LinksService.revoke, reference, for: request.context).link)
        }
        let redeem = Operation(
            "redeemLink", area: "Links", "Answers the client's file that a link leads to, once.", access: .open
        ).taking(Self.redeem).answering(Schemas.redeemed)
        router.api(.post, "/api/links/redeem", redeem) { request in
            let message = RedeemLinkRequest(secret: request.body.text("secret") ?? "")
            let reply = try await daemon.call(LinksService.redeem, message, for: request.context.withoutCredential)
            let code = reply.holdsPrivateKey ? try? QRCode.encode(configuration: reply.text) : nil
            return .json { json in
                json.object { json in
                    json.field("configuration", reply.text)
                    json.field("file_name", reply.fileName)
                    json.field("qr_svg", code?.svg())
                    json.field("findings", reply.findings ?? [])
                }
            }
        }
    }
}
