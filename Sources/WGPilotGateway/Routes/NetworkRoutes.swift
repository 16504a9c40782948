import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// `/api/networks`, but what is below a network's peers.
struct NetworkRoutes: Routes {
    let daemon: Daemon

    private static let settings: [Schema.Field] = [
        .init("mode", .mode, "What it is for.", example: .text("gateway")),
        .init("subnet", .address, "The IPv4 block.", example: .text("10.8.0.0/24")),
        .init("listen_port", .port, "The UDP port; by default the next free one."),
        .init("dns_servers", .blocks, "What clients are told to use."),
        .init("search_domains", .texts(longest: 253), "What clients are told to use."),
        .init("tunnel", .tunnel, "What clients get."),
        .init("custom_cidrs", .blocks, "Further blocks for split tunnels."),
        .init("nat", .flag, "Whether what leaves bears the hub's address."),
        .init("peers_may_talk", .flag, "Whether peers reach one another."),
        .init("drift_policy", .driftPolicy, "What is done about others' changes."),
        .init("custody", .custody, "Who has new peers' private keys."),
        .init("bandwidth_up_kbps", .bandwidth, "How much of what each peer sends passes, in kbit/s; 0 is all."),
        .init("bandwidth_down_kbps", .bandwidth, "How much of what is sent to each peer passes, in kbit/s; 0 is all."),
    ]
    private static let create = Schema(
        "NetworkCreate",
        [.init("name", .name, "The name.", required: true, example: .text("office"))]
            + settings.map { field in
                var field = field
                field.isRequired = ["mode", "subnet"].contains(field.name)
                return field
            } + [
                .init("subnet6", .address, "The IPv6 block; `random` makes one."), .init("mtu", .mtu, "The MTU."),
                .init("endpoint_host", .line, "What clients are given."),
                .init("enabled", .flag, "False makes it without bringing it up."),
            ])
    private static let edit = Schema(
        "NetworkEdit",
        [.init("name", .name, "The name.", example: .text("office"))]
            + settings.map { field in
                var field = field
                field.example = nil
                return field
            } + [
                .init("subnet6", .address, "The IPv6 block.", nullable: true),
                .init("mtu", .mtu, "The MTU.", nullable: true),
                .init("endpoint_host", .line, "What clients are given.", nullable: true),
            ])
    private static let regenerate = Schema(
        "RegenerateKeys", [.init("peers", .flag, "Whether the peers' keys are made anew as well.")])
    private static let importing = Schema(
        "NetworkImport",
        [
            .init("name", .name, "The name of the network to be.", required: true, example: .text("office")),
            .init("interface", .text(longest: 15), "A running interface, adopted as it is."),
            .init("file", .text(longest: 4 << 20), "The text of a wg-quick file."),
            .init("mode", .mode, "The mode; by default a guess."),
            .init("endpoint_host", .line, "What clients are given."),
        ])

    func add(to router: GatewayRouter) {
        addReads(to: router)
        addCreations(to: router)
        addEdits(to: router)
    }

    private func addReads(to router: GatewayRouter) {
        let list = Operation("listNetworks", area: "Networks", "All networks.", access: .role("viewer"))
            .answering(Schemas.networkList)
        router.api(.get, "/api/networks", list) { request in
            try await daemon.read(NetworksService.list, Empty(), for: request) { reply in
                RenderedAnswer { json in json.object { $0.field("networks", reply.networks) } }
            }
        }
        let get = Operation("getNetwork", area: "Networks", "One network.", access: .role("viewer"))
            .answering(Schemas.network).with { $0.hasVersion = true }
        router.api(.get, "/api/networks/{network}", get) { request in
            let reference = NetworkReference(network: try request.reference("network"))
            return try await daemon.read(NetworksService.get, reference, for: request) { reply in
                ChangeAnswer.read(reply.network, version: reply.network.updatedAt)
            }
        }
        let export = Operation(
            "exportNetwork", area: "Networks", "A network as a wg-quick file. It holds secrets.", access: .role("admin")
        ).with { $0.answer = .media(["text/plain"]) }
        router.api(.get, "/api/networks/{network}/export", export) { request in
            let reference = NetworkReference(network: try request.reference("network"))
            let reply = try await daemon.call(NetworksService.export, reference, for: request.context)
            return .file(reply.text, name: reply.fileName)
        }
    }

    private func addCreations(to router: GatewayRouter) {
        let create = Operation("createNetwork", area: "Networks", "Makes a network.", access: .role("operator"))
            .taking(Self.create).answering(Schemas.changedNetwork, .created).changing.with { $0.isCreation = true }
        router.api(.post, "/api/networks", create) { request in
            let message = Self.created(request)
            let reply = try await daemon.call(
                NetworksService.create, message, for: request.context, idempotencyKey: try request.idempotencyKey())
            return ChangeAnswer.of(
                reply.network, reply.sync, reply.change, create, version: reply.network.updatedAt)
        }
        let importing = Operation(
            "importNetwork", area: "Networks", "Takes over a running interface, a wg-quick file, or both.",
            access: .role("operator")
        ).taking(Self.importing, largest: APIRequest.largestBulkBody).answering(Schemas.imported, .created).changing
            .with { $0.isCreation = true }
        router.api(.post, "/api/networks/import", importing) { request in
            let body = request.body
            let message = ImportNetworkRequest(
                name: body.text("name") ?? "", interface: body.text("interface"), file: body.text("file"),
                mode: body.text("mode"), endpointHost: body.text("endpoint_host"),
                options: request.query.changeOptions())
            let reply = try await daemon.call(
                NetworksService.importNetwork, message, for: request.context, timeout: .seconds(120),
                idempotencyKey: try request.idempotencyKey())
            return ChangeAnswer.of(reply, reply.sync, reply.change, importing)
        }
    }

    private func addEdits(to router: GatewayRouter) {
        for method in [HTTPRequest.Method.patch, .put] {
            let edit = Operation(
                method == .patch ? "editNetwork" : "putNetwork", area: "Networks",
                "Changes a network; what is absent stays.", access: .role("operator")
            ).taking(Self.edit).answering(Schemas.changedNetwork).changing.with {
                $0.needsVersion = true
                $0.hasVersion = true
            }
            router.api(method, "/api/networks/{network}", edit) { request in
                let message = try Self.edited(request)
                let reply = try await daemon.call(NetworksService.update, message, for: request.context)
                return ChangeAnswer.of(
                    reply.network, reply.sync, reply.change, edit, version: reply.network.updatedAt)
            }
        }
        let delete = Operation(
            "deleteNetwork", area: "Networks", "Deletes a network with its peers.", access: .role("operator")
        ).answering(Schemas.deleted).changing.heedingVersion
        router.api(.delete, "/api/networks/{network}", delete) { request in
            var reference = try Self.reference(request)
            reference.options = try request.deleteOptions()
            return ChangeAnswer.of(
                try await daemon.call(NetworksService.delete, reference, for: request.context, timeout: .seconds(120)))
        }
        for (verb, method) in [("enable", NetworksService.enable), ("disable", NetworksService.disable)] {
            let operation = Operation(
                "\(verb)Network", area: "Networks", verb == "enable" ? "Brings a network up." : "Takes a network down.",
                access: .role("operator")
            ).answering(Schemas.changedNetwork).changing
            router.api(.post, "/api/networks/{network}/\(verb)", operation) { request in
                let reference = try Self.reference(request)
                let reply = try await daemon.call(method, reference, for: request.context, timeout: .seconds(120))
                return ChangeAnswer.of(
                    reply.network, reply.sync, reply.change, operation, version: reply.network.updatedAt)
            }
        }
        let regenerate = Operation(
            "regenerateNetworkKeys", area: "Networks",
            "Gives the hub a new key in a network, and where wanted its peers: every client must import again.",
            access: .role("operator")
        ).taking(Self.regenerate, isOptional: true).answering(Schemas.regenerated).changing
        router.api(.post, "/api/networks/{network}/regenerate-keys", regenerate) { request in
            let message = RegenerateKeysRequest(
                network: try request.reference("network"), peers: request.body.flag("peers"),
                options: request.query.changeOptions())
            let reply = try await daemon.call(
                NetworksService.regenerateKeys, message, for: request.context, timeout: .seconds(120))
            return ChangeAnswer.of(reply, reply.sync, reply.change, regenerate)
        }
    }

    private static func reference(_ request: APIRequest) throws(HTTPFailure) -> NetworkReference {
        NetworkReference(network: try request.reference("network"), options: request.query.changeOptions())
    }

    private static func created(_ request: APIRequest) -> CreateNetworkRequest {
        let body = request.body
        return CreateNetworkRequest(
            name: body.text("name") ?? "", mode: body.text("mode") ?? "", subnet: body.text("subnet") ?? "",
            subnet6: body.text("subnet6"), listenPort: body.integer("listen_port"),
            dnsServers: body.texts("dns_servers"), searchDomains: body.texts("search_domains"),
            mtu: body.integer("mtu"), endpointHost: body.text("endpoint_host"), tunnel: body.text("tunnel"),
            customCIDRs: body.texts("custom_cidrs"), enabled: body.flag("enabled"), nat: body.flag("nat"),
            peersMayTalk: body.flag("peers_may_talk"), driftPolicy: body.text("drift_policy"),
            custody: body.text("custody"), bandwidthUpKbps: body.integer("bandwidth_up_kbps"),
            bandwidthDownKbps: body.integer("bandwidth_down_kbps"), options: request.query.changeOptions())
    }

    private static func edited(_ request: APIRequest) throws(HTTPFailure) -> UpdateNetworkRequest {
        let body = request.body
        let version = try request.expectedVersion()
        return UpdateNetworkRequest(
            network: try request.reference("network"), name: body.text("name"), mode: body.text("mode"),
            subnet: body.text("subnet"), subnet6: body.text("subnet6"), listenPort: body.integer("listen_port"),
            dnsServers: body.texts("dns_servers"), searchDomains: body.texts("search_domains"),
            mtu: body.integer("mtu"), endpointHost: body.text("endpoint_host"), tunnel: body.text("tunnel"),
            customCIDRs: body.texts("custom_cidrs"), clear: body.cleared.isEmpty ? nil : body.cleared,
            nat: body.flag("nat"), peersMayTalk: body.flag("peers_may_talk"), driftPolicy: body.text("drift_policy"),
            custody: body.text("custody"), bandwidthUpKbps: body.integer("bandwidth_up_kbps"),
            bandwidthDownKbps: body.integer("bandwidth_down_kbps"),
            options: request.query.changeOptions(ifUnchanged: version))
    }
}
