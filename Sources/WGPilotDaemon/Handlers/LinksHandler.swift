import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``LinksService``.
struct LinksHandler: Sendable {
    let hub: Hub

    private static let defaultLifetime: Int64 = 3600

    func register(in router: inout RPCRouter) {
        router.register(LinksService.list) { request, _ in
            let network = try await hub.network(request.network)
            let links = try await hub.stored { () async throws(StoreError) in
                try await hub.store.links(in: network.id)
            }
            return ListLinksReply(links: links.map(LinkMessage.init))
        }
        router.register(LinksService.create) { request, context in
            let call = try Call(context, creating: request, target: "link to \(request.network)/\(request.peer)")
            return try await hub.once(call) { id in
                let link = try await hub.stored { () async throws(StoreError) in try await hub.store.link(id) }
                return CreateLinkReply(link: LinkMessage(link))
            } create: {
                try await create(request, call)
            }
        }
        router.register(LinksService.revoke) { request, context in
            let call = Call(context, target: "link \(request.id)")
            let link = try await hub.stored { () async throws(StoreError) in try await hub.store.link(request.id) }
            try await hub.stored { () async throws(StoreError) in
                try await hub.store.burnLink(link.id, audit: call.audit)
            }
            call.settle()
            return LinkReply(link: LinkMessage(link))
        }
        router.register(LinksService.redeem) { request, context in try await redeem(request, context) }
    }

    private func create(_ request: CreateLinkRequest, _ call: Call) async throws -> CreateLinkReply {
        let reference = PeerReference(network: request.network, peer: request.peer)
        let (network, peer) = try await PeersHandler(hub: hub).find(reference)
        let made = try await hub.stored { () async throws(StoreError) in
            try await hub.store.createLink(
                toPeer: peer.id, in: network.id, lifetime: request.lifetime ?? Self.defaultLifetime,
                createdBy: call.caller?.actor.name ?? "", options: call.write)
        }
        call.settle()
        return CreateLinkReply(link: LinkMessage(made.link), secret: made.secret.text)
    }

    /// Answers the configuration behind a link. It is made before the link is burned, so that no link is lost for want of
    /// it; and of several who come at once one gets it.
    ///
    /// Whoever tries many that are worthless waits, as with wrong passwords.
    private func redeem(_ request: RedeemLinkRequest, _ context: ServerContext) async throws -> PeerConfigReply {
        let throttle = hub.authentication.throttle
        let attempt = try throttle.admit([.origin(ClientOrigin(context))])
        do {
            let reply = try await redeemed(request, Call(context, target: "link"))
            throttle.succeed(attempt)
            return reply
        } catch {
            if (error as? RPCError)?.reason != Self.badLink { throttle.withdraw(attempt) }
            throw error
        }
    }

    private static let badLink = "bad_link"

    private func redeemed(_ request: RedeemLinkRequest, _ call: Call) async throws -> PeerConfigReply {
        // Whatever is wrong with it, the answer is the same: it tells nothing of the links that there are.
        let bad = RPCError(
            .notFound, reason: Self.badLink,
            message: "the link was used or revoked, or its time is up: ask for a new one")
        guard let secret = TokenSecret(presented: request.secret, .link) else { throw bad }
        let link = try await hub.stored { () async throws(StoreError) in
            try await hub.store.link(presented: secret)
        }
        guard let link else { throw bad }
        let peers = PeersHandler(hub: hub)
        let reply: PeerConfigReply
        do {
            let network = try await hub.stored { () async throws(StoreError) in
                try await hub.store.network(link.networkID)
            }
            reply = try await peers.configuration(ofPeer: link.peerID, in: network)
        } catch let error as RPCError where error.code == .notFound {
            throw bad
        }
        do throws(StoreError) {
            try await hub.store.burnLink(link.id, audit: call.audit)
        } catch {
            throw error.code == .notFound ? bad : RPCError(error)
        }
        call.settle()
        return reply
    }
}

extension LinkMessage {
    /// A link as it goes over the wire.
    fileprivate init(_ link: ConfigurationLink) {
        self.init(
            id: link.id, networkID: link.networkID, peerID: link.peerID, peer: link.peerName, createdBy: link.createdBy,
            createdAt: link.createdAt, expiresAt: link.expiresAt)
    }
}
