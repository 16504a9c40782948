import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/networks/{network}/peers`.
struct PeerRoutes: Routes {
    let daemon: Daemon

    private static let settings: [Schema.Field] = [
        .init("email", .line, "Whose device it is.", example: .text("anna@example.org")),
        .init("role", .peerRole, "What it is."),
        .init("site_networks", .blocks, "The networks behind a site gateway."),
        .init("address", .address, "Its tunnel address; by default the lowest free one."),
        .init("persistent_keepalive", .seconds, "Seconds between the client's keepalives; 0 is off."),
        .init("hub_keepalive", .seconds, "Seconds between the hub's keepalives; 0 is off."),
        .init("extra_cidrs", .blocks, "Further blocks for a split tunnel."),
        .init("notes", .text(longest: 8192), "Free text."),
        .init("tags", .texts(longest: 32), "Words to group peers by."),
        .init("custody", .custody, "Who has the private key."),
        .init("excluded_cidrs", .blocks, "Blocks kept out of the tunnel."),
    ]
    private static func resettable(_ nullable: Bool) -> [Schema.Field] {
        [
            .init("endpoint", .line, "Where the hub first finds it.", nullable: nullable),
            .init("tunnel", .tunnel, "Where it differs from the network's.", nullable: nullable),
            .init("dns_servers", .blocks, "Where they differ from the network's.", nullable: nullable),
            .init("mtu", .mtu, "Where it differs from the network's.", nullable: nullable),
            .init("search_domains", .texts(longest: 253), "Where they differ from the network's.", nullable: nullable),
            .init("expires_at", .time, "When it is switched off by itself.", nullable: nullable),
            .init(
                "bandwidth_up_kbps", .bandwidth,
                "How much of what it sends passes, in kbit/s; 0 is all. By default as the"
                    + " network has it.", nullable: nullable),
            .init(
                "bandwidth_down_kbps", .bandwidth,
                "How much of what is sent to it passes, in kbit/s; 0 is all. By default"
                    + " as the network has it.", nullable: nullable),
        ]
    }
    private static let returned = Schema.Field(
        "return_configuration", .flag, "Whether the client's file is answered too. Needed for custody once.")
    static let create = Schema(
        "PeerCreate",
        [.init("name", .name, "The name.", required: true, example: .text("laptop"))] + settings + resettable(false) + [
            .init("public_key", .key, "Where only the client has the private key."),
            .init("preshared_key", .secret(longest: 44), "A key to use, `none` for none; by default one is made."),
            .init("enabled", .flag, "False makes it without letting it in."), returned,
        ])
    private static let edit = Schema(
        "PeerEdit",
        [.init("name", .name, "The name.", example: .text("laptop"))]
            + settings.map { field in
                var field = field
                field.example = nil
                return field
            } + resettable(true) + [
                .init("preshared_key", .secret(longest: 44), "A key to use, `none` for none, `new` to make one.")
            ])
    private static let rotate = Schema(
        "RotateKeys",
        [
            .init("action", .choice(["rotate", "activate", "cancel"]), "What becomes of the keys."),
            .init("public_key", .key, "The new one, where the client made the pair."),
            .init("preshared_key", .secret(longest: 44), "A key to use, `keep`, `new` or `none`."),
            .init("custody", .custody, "Who has the new private key."),
            .init("overlap", .integer(1...604_800), "Seconds until the new keys take over."), returned,
        ])
    private static let batch = Schema(
        "PeerBatch",
        [
            .init(
                "action", .choice(["create", "enable", "disable", "delete"]), "What to do.", required: true,
                example: .text("create")),
            .init("create", .objects(create, most: 5000), "What to make, all or none, with the action create."),
            .init("peers", .identifiers(most: 5000), "The numbers of the peers, with the other actions."),
        ])
    private static let listing: [Schema.Field] = [
        .init("cursor", .text(longest: 4096), "Where the last page ended."),
        .init("limit", .integer(1...10_000), "The most peers to answer; by default 2000."),
        .init("filter", .line, "A text in the name, e-mail address, tags, addresses or at the start of the key."),
        .init(
            "sort",
            .choice([
                "id", "name", "email", "role", "address", "enabled", "created_at", "updated_at", "expires_at",
                "bandwidth_up_kbps", "bandwidth_down_kbps", "online", "latest_handshake", "received", "sent",
                "endpoint", "kernel_keepalive",
            ]), "What to sort by."),
        .init("order", .choice(["asc", "desc"]), "Which comes first."),
        .init("role", .peerRole, "Only these."), .init("tag", .text(longest: 32), "Only those with this tag."),
        .init("enabled", .flag, "Only these."), .init("online", .flag, "Only these."),
        .init("stale", .flag, "Only those whose client has an old configuration."),
        .init("expiring_within", .integer(1...315_360_000), "Only those that expire within so many seconds."),
    ]
    private static let path = "/api/networks/{network}/peers"

    func add(to router: GatewayRouter) {
        addReads(to: router)
        addCreations(to: router)
        addEdits(to: router)
        addSwitches(to: router)
    }

    private func addReads(to router: GatewayRouter) {
        let list = Operation(
            "listPeers", area: "Peers", "The peers of a network, page by page.", access: .role("viewer")
        )
        .asking(Self.listing).answering(Schemas.peerList)
        router.api(.get, Self.path, list) { request in
            let message = try Self.listed(request)
            return try await daemon.read(PeersService.list, message, for: request) { reply in
                RenderedAnswer { json in
                    json.object { json in
                        json.field("peers", reply.peers)
                        json.field("next_cursor", reply.nextCursor)
                        json.field("status_missing", reply.statusMissing)
                    }
                }
            }
        }
        let get = Operation("getPeer", area: "Peers", "One peer.", access: .role("viewer")).answering(Schemas.peer)
            .with { $0.hasVersion = true }
        router.api(.get, Self.path + "/{peer}", get) { request in
            let reference = try Self.reference(request)
            return try await daemon.read(PeersService.get, reference, for: request) { reply in
                ChangeAnswer.read(reply.peer, version: reply.peer.updatedAt)
            }
        }
    }

    private func addCreations(to router: GatewayRouter) {
        let create = Operation("createPeer", area: "Peers", "Makes a peer.", access: .role("operator"))
            .taking(Self.create).answering(Schemas.changedPeer, .created).changing.with { $0.isCreation = true }
        router.api(.post, Self.path, create) { request in
            var message = Self.created(request.body)
            message.network = try request.reference("network")
            message.options = request.query.changeOptions()
            let reply = try await daemon.call(
                PeersService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            return Self.answer(reply, create)
        }
        let batch = Operation(
            "batchPeers", area: "Peers",
            "Makes many peers, all or none, or switches or deletes many, each by itself.", access: .role("operator")
        ).taking(Self.batch, largest: APIRequest.largestBulkBody).answering(Schemas.batch).changing
            .with { $0.isCreation = true }
        router.api(.post, Self.path + "/batch", batch) { request in
            if request.body.text("action") == "create" { return try await createAll(request, batch) }
            return try await changeAll(request)
        }
    }

    private func createAll(_ request: APIRequest, _ operation: Operation) async throws -> Response {
        let message = try Self.createdAll(request)
        let reply = try await daemon.call(
            PeersService.createBatch, message, for: request.context, timeout: .seconds(120),
            idempotencyKey: try request.idempotencyKey())
        return .json { json in
            json.object { json in
                json.field("peers", reply.peers)
                json.field("sync", reply.sync)
                json.field("change", reply.change)
            }
        }
    }

    private static func createdAll(_ request: APIRequest) throws(HTTPFailure) -> CreatePeersRequest {
        guard request.body.has("create"), !request.body.has("peers") else {
            throw .invalidFields(
                [.init(field: "create", message: "goes with the action create, and peers does not")],
                status: .unprocessableContent)
        }
        return CreatePeersRequest(
            network: try request.reference("network"), peers: request.body.objects("create", create).map(created),
            options: request.query.changeOptions())
    }

    /// One after the other: some may be done where others are refused, and each says so.
    private func changeAll(_ request: APIRequest) async throws -> Response {
        let ids = request.body.identifiers("peers")
        guard !ids.isEmpty, !request.body.has("create") else {
            throw HTTPFailure.invalidFields(
                [.init(field: "peers", message: "goes with this action, and create does not")],
                status: .unprocessableContent)
        }
        let network = try request.reference("network")
        let action = request.body.text("action")
        let options = request.query.changeOptions()
        var results: [(id: Int64, error: RPCError?)] = []
        for id in ids {
            let reference = PeerReference(network: network, peer: "#\(id)", options: options)
            do throws(RPCError) {
                switch action {
                case "enable": _ = try await daemon.call(PeersService.enable, reference, for: request.context)
                case "disable": _ = try await daemon.call(PeersService.disable, reference, for: request.context)
                default: _ = try await daemon.call(PeersService.delete, reference, for: request.context)
                }
                results.append((id, nil))
            } catch {
                // What is wrong with the caller or the daemon is wrong for all of them.
                if [.unauthenticated, .permissionDenied, .unavailable].contains(error.code) { throw error }
                results.append((id, error))
            }
        }
        return .json { [results] json in
            json.object { json in
                json.field("results") { json in
                    json.array(results) { json, result in
                        json.object { json in
                            json.field("peer", result.id)
                            json.field("ok", result.error == nil)
                            if let error = result.error {
                                json.field("error") { json in
                                    json.object { json in
                                        json.field("code", FailureAnswer.of(error).code)
                                        json.field("message", error.message)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func addEdits(to router: GatewayRouter) {
        for method in [HTTPRequest.Method.patch, .put] {
            let edit = Operation(
                method == .patch ? "editPeer" : "putPeer", area: "Peers", "Changes a peer; what is absent stays.",
                access: .role("operator")
            ).taking(Self.edit).answering(Schemas.changedPeer).changing.with {
                $0.needsVersion = true
                $0.hasVersion = true
            }
            router.api(method, Self.path + "/{peer}", edit) { request in
                let message = try Self.edited(request)
                return Self.answer(try await daemon.call(PeersService.update, message, for: request.context), edit)
            }
        }
        let delete = Operation("deletePeer", area: "Peers", "Deletes a peer.", access: .role("operator"))
            .answering(Schemas.deleted).changing.heedingVersion
        router.api(.delete, Self.path + "/{peer}", delete) { request in
            var reference = try Self.reference(request)
            reference.options = try request.deleteOptions()
            return ChangeAnswer.of(try await daemon.call(PeersService.delete, reference, for: request.context))
        }
        let rotate = Operation("rotatePeerKeys", area: "Peers", "Gives a peer new keys.", access: .role("operator"))
            .taking(Self.rotate, isOptional: true).answering(Schemas.changedPeer).changing
        router.api(.post, Self.path + "/{peer}/rotate", rotate) { request in
            let message = try Self.rotated(request)
            return Self.answer(try await daemon.call(PeersService.rotateKeys, message, for: request.context), rotate)
        }
    }

    private func addSwitches(to router: GatewayRouter) {
        for (verb, method) in [("enable", PeersService.enable), ("disable", PeersService.disable)] {
            let operation = Operation(
                "\(verb)Peer", area: "Peers", verb == "enable" ? "Lets a peer in." : "Shuts a peer out.",
                access: .role("operator")
            ).answering(Schemas.changedPeer).changing
            router.api(.post, Self.path + "/{peer}/\(verb)", operation) { request in
                let reference = try Self.reference(request)
                return Self.answer(try await daemon.call(method, reference, for: request.context), operation)
            }
        }
    }

    /// The peer that the path names, and how the change is to be made.
    static func reference(_ request: APIRequest) throws(HTTPFailure) -> PeerReference {
        PeerReference(
            network: try request.reference("network"), peer: try request.reference("peer"),
            options: request.query.changeOptions())
    }

    private static func answer(_ reply: PeerReply, _ operation: Operation) -> Response {
        ChangeAnswer.of(reply.peer, reply.sync, reply.change, operation, version: reply.peer.updatedAt) { json in
            if let findings = reply.findings { json.field("findings", findings) }
            json.field("configuration", reply.configuration?.text)
        }
    }

    private static func listed(_ request: APIRequest) throws(HTTPFailure) -> ListPeersRequest {
        let query = request.query
        return ListPeersRequest(
            network: try request.reference("network"), cursor: query.text("cursor"), limit: query.integer("limit"),
            filter: query.text("filter"), stale: query.flag("stale"), sort: query.text("sort"),
            descending: query.text("order").map { $0 == "desc" }, role: query.text("role"), tag: query.text("tag"),
            enabled: query.flag("enabled"), online: query.flag("online"),
            expiringWithin: query.integer("expiring_within"))
    }

    private static func created(_ body: RequestObject) -> CreatePeerRequest {
        CreatePeerRequest(
            network: "", name: body.text("name") ?? "", email: body.text("email"), role: body.text("role"),
            siteNetworks: body.texts("site_networks"), address: body.text("address"),
            publicKey: body.text("public_key"), presharedKey: body.text("preshared_key"),
            endpoint: body.text("endpoint"), persistentKeepalive: body.integer("persistent_keepalive"),
            hubKeepalive: body.integer("hub_keepalive"), tunnel: body.text("tunnel"),
            extraCIDRs: body.texts("extra_cidrs"), dnsServers: body.texts("dns_servers"), mtu: body.integer("mtu"),
            notes: body.text("notes"), tags: body.texts("tags"), enabled: body.flag("enabled"),
            custody: body.text("custody"), searchDomains: body.texts("search_domains"),
            excludedCIDRs: body.texts("excluded_cidrs"), expiresAt: body.integer("expires_at"),
            returnConfiguration: body.flag("return_configuration"), bandwidthUpKbps: body.integer("bandwidth_up_kbps"),
            bandwidthDownKbps: body.integer("bandwidth_down_kbps"))
    }

    private static func edited(_ request: APIRequest) throws(HTTPFailure) -> UpdatePeerRequest {
        let body = request.body
        let version = try request.expectedVersion()
        return UpdatePeerRequest(
            network: try request.reference("network"), peer: try request.reference("peer"), name: body.text("name"),
            email: body.text("email"), role: body.text("role"), siteNetworks: body.texts("site_networks"),
            address: body.text("address"), presharedKey: body.text("preshared_key"), endpoint: body.text("endpoint"),
            persistentKeepalive: body.integer("persistent_keepalive"), hubKeepalive: body.integer("hub_keepalive"),
            tunnel: body.text("tunnel"), extraCIDRs: body.texts("extra_cidrs"), dnsServers: body.texts("dns_servers"),
            mtu: body.integer("mtu"), notes: body.text("notes"), tags: body.texts("tags"),
            clear: body.cleared.isEmpty ? nil : body.cleared, custody: body.text("custody"),
            searchDomains: body.texts("search_domains"), excludedCIDRs: body.texts("excluded_cidrs"),
            expiresAt: body.integer("expires_at"), bandwidthUpKbps: body.integer("bandwidth_up_kbps"),
            bandwidthDownKbps: body.integer("bandwidth_down_kbps"),
            options: request.query.changeOptions(ifUnchanged: version))
    }

    private static func rotated(_ request: APIRequest) throws(HTTPFailure) -> RotateKeysRequest {
        let body = request.body
        return RotateKeysRequest(
            network: try request.reference("network"), peer: try request.reference("peer"),
            action: body.text("action"), publicKey: body.text("public_key"), presharedKey: body.text("preshared_key"),
            custody: body.text("custody"), overlap: body.integer("overlap"),
            returnConfiguration: body.flag("return_configuration"), options: request.query.changeOptions())
    }
}
