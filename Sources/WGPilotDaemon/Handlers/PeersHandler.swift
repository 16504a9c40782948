import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``PeersService``: reads the request, lets the store decide, brings the outcome to the kernel.
struct PeersHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(PeersService.list) { request, _ in try await list(request) }
        router.register(PeersService.get) { request, _ in try await get(request) }
        router.register(PeersService.create) { request, context in
            let target = "\(request.network)/\(request.name)"
            let call = try Call(context, creating: request, target: target, options: request.options)
            return try await hub.once(call) { id in
                try await again(id, request.options)
            } create: {
                try await create(request, call)
            }
        }
        router.register(PeersService.update) { request, context in
            let target = "\(request.network)/\(request.peer)"
            return try await update(request, Call(context, target: target, options: request.options))
        }
        router.register(PeersService.delete) { request, context in
            try await delete(request, Call(context, request))
        }
        router.register(PeersService.enable) { request, context in
            try await setEnabled(request, true, Call(context, request))
        }
        router.register(PeersService.disable) { request, context in
            try await setEnabled(request, false, Call(context, request))
        }
        router.register(PeersService.config) { request, _ in try await config(request) }
    }

    private static let defaultLimit: Int64 = 2000
    private static let maximumLimit: Int64 = 10_000
    /// A page ends at about this many bytes, three quarters of what a frame holds, however many peers were asked for.
    private static let pageBytes = 3 << 20

    private func list(_ request: ListPeersRequest) async throws -> ListPeersReply {
        let limit = request.limit ?? Self.defaultLimit
        guard (1...Self.maximumLimit).contains(limit) else {
            throw RPCError.invalidFields([
                FieldViolation(field: "limit", message: "a page has 1 to \(Self.maximumLimit) peers")
            ])
        }
        let network = try await hub.network(request.network)
        let plan = try hub.plan(of: network)
        let query = PeerQuery(cursor: request.cursor, limit: Int(limit), filter: request.filter)
        // The dump of the kernel takes about as long as the rows of the database; neither waits for the other.
        async let kernelSide = statuses(of: network, isContinued: request.cursor != nil)
        let page = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peers(in: network.id, query)
        }
        let (statuses, missing) = await kernelSide
        if page.nextCursor == nil { hub.status.drop(network.interface) }
        let now = hub.now()
        var messages: [PeerMessage] = []
        messages.reserveCapacity(page.peers.count)
        var bytes = 0
        for peer in page.peers {
            messages.append(PeerMessage(peer, plan: plan, status: statuses[peer.publicKey], now: now))
            // Everything but these is short: some 200 bytes a peer.
            let settings = peer.settings
            bytes += 256 + settings.notes.utf8.count + settings.name.description.utf8.count
            bytes += 48 * (settings.siteNetworks.count + settings.extraCIDRs.count + settings.tags.count)
            if bytes > Self.pageBytes {
                return ListPeersReply(
                    peers: messages, nextCursor: query.cursor(after: peer), statusMissing: missing)
            }
        }
        return ListPeersReply(peers: messages, nextCursor: page.nextCursor, statusMissing: missing)
    }

    private func get(_ request: PeerReference) async throws -> PeerReply {
        let (network, peer) = try await find(request)
        return PeerReply(peer: try await message(peer, network))
    }

    private func create(_ request: CreatePeerRequest, _ call: Call) async throws -> PeerReply {
        let network = try await hub.network(request.network)
        var reader = FieldReader()
        let settings = PeerSettings(request, in: network.settings, &reader)
        let address = reader.read("address", request.address, FieldReader.address)
        let publicKey = reader.read("public_key", request.publicKey) { text throws(InvalidValue) in
            try PublicKey(text)
        }
        var preshared = PeerDraft.Preshared.generate
        switch request.presharedKey {
        case nil: break
        case "none": preshared = .none
        case let text?:
            let key = reader.read("preshared_key", text) { text throws(InvalidValue) in try PresharedKey(text) }
            if let key { preshared = .given(key) }
        }
        try reader.check()
        try await hub.checkSites(settings, own: network.interface)
        var draft = PeerDraft(settings: settings)
        draft.address = address
        draft.presharedKey = preshared
        if let publicKey { draft.keys = .publicKey(publicKey) }
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            [draft] options async throws(StoreError) in
            try await hub.store.createPeer(in: network.id, draft, options: options)
        } scope: {
            .peers(network.id, [$0.peer.publicKey])
        }
        let created = outcome.value
        // A peer that was made this moment has no status to ask the kernel for.
        let message = PeerMessage(
            created.peer, plan: try hub.plan(of: created.network), status: nil, now: hub.now())
        return PeerReply(peer: message, sync: sync(outcome.sync, created.network), change: outcome.change)
    }

    private func again(_ id: Int64, _ options: ChangeOptions?) async throws -> PeerReply {
        let (network, peer) = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peerWithNetwork(id)
        }
        let standing = try await hub.standing(.peers(network.id, [peer.publicKey]), options)
        return PeerReply(
            peer: try await message(peer, network), sync: sync(standing.sync, network), change: standing.change)
    }

    private func update(_ request: UpdatePeerRequest, _ call: Call) async throws -> PeerReply {
        let (network, peer) = try await find(PeerReference(network: request.network, peer: request.peer))
        var reader = FieldReader()
        var settings = peer.settings
        settings.apply(request, in: network.settings, &reader)
        let address = reader.read("address", request.address, FieldReader.address)
        var preshared = PeerEdit.Preshared.keep
        switch request.presharedKey {
        case nil: break
        case "none": preshared = .remove
        case "new": preshared = .generate
        case let text?:
            let key = reader.read("preshared_key", text) { text throws(InvalidValue) in try PresharedKey(text) }
            if let key { preshared = .set(key) }
        }
        try reader.check()
        if settings.siteNetworks != peer.settings.siteNetworks {
            try await hub.checkSites(settings, own: network.interface)
        }
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            [preshared] options async throws(StoreError) in
            try await hub.store.updatePeer(in: network.id, peer.id, options: options) { edit in
                // Applied again to what is there by now: of two edits of different fields neither undoes the other.
                // What is wrong with the values was found above, and the store checks the outcome.
                var unused = FieldReader()
                edit.settings.apply(request, in: network.settings, &unused)
                edit.address = address
                edit.presharedKey = preshared
            }
        } scope: { edited in
            .peers(
                network.id, [edited.before.publicKey, edited.after.publicKey],
                endpointsChanged: edited.before.settings.endpoint != edited.after.settings.endpoint)
        }
        return try reply(outcome)
    }

    private func delete(_ request: PeerReference, _ call: Call) async throws -> DeleteReply {
        let (network, peer) = try await find(request)
        let rules = try await rules(of: peer)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.deletePeer(in: network.id, peer.id, options: options)
        } scope: {
            .peers(network.id, [$0.publicKey], areLeaving: true)
        }
        return DeleteReply(
            sync: outcome.sync ?? SyncMessage(isPending: false), alsoRemoved: rules.isEmpty ? nil : rules,
            change: outcome.change)
    }

    /// The rules that are a peer's own or about it, which go with it.
    private func rules(of peer: Peer) async throws -> [String] {
        let all = try await hub.stored { () async throws(StoreError) in try await hub.store.rules() }
        let rules = all.filter { rule in
            if rule.settings.owner == .peer(peer.id) { return true }
            return switch rule.settings.destination {
            case .peer(peer.id), .site(peer.id): true
            default: false
            }
        }
        if rules.isEmpty { return [] }
        let names = try await RuleNames(rules, hub)
        return rules.sorted { $0.id < $1.id }.map { rule in
            let message = RuleMessage(rule, names)
            let owner = message.network ?? message.peer ?? "tag \(message.tag ?? "")"
            return "access rule \(rule.id) of \(owner): \(message.action) to \(message.destination)"
        }
    }

    private func setEnabled(
        _ request: PeerReference, _ enabled: Bool, _ call: Call
    ) async throws -> PeerReply {
        let (network, peer) = try await find(request)
        if enabled && !peer.settings.enabled {
            try await hub.checkSites(peer.settings, own: network.interface)
        }
        return try reply(
            await hub.change(call, request.options, networks: [network.id]) { options async throws(StoreError) in
                try await hub.store.setPeerEnabled(in: network.id, peer.id, enabled, options: options)
            } scope: {
                .peers(network.id, [$0.after.publicKey], areLeaving: !enabled)
            })
    }

    /// Answers a peer that was changed, without its status: the kernel tells that of all peers or of none, which with
    /// many of them takes a hundred times as long as the change.
    private func reply(_ outcome: Hub.Changed<EditedPeer>) throws(RPCError) -> PeerReply {
        let edited = outcome.value
        let message = PeerMessage(
            edited.after, plan: try hub.plan(of: edited.network), status: nil, now: hub.now())
        return PeerReply(peer: message, sync: sync(outcome.sync, edited.network), change: outcome.change)
    }

    private func config(_ request: PeerReference) async throws -> PeerConfigReply {
        let (network, peer) = try await find(request)
        let secrets = try await hub.stored { () async throws(StoreError) in
            try await hub.store.secrets(ofPeer: peer.id)
        }
        let sites = try await hub.stored { () async throws(StoreError) in
            try await hub.store.otherSites(in: network.id, excluding: peer.id)
        }
        let bridged = try await hub.stored { () async throws(StoreError) in
            try await hub.store.bridgedBlocks(of: network.id)
        }
        var warnings: [String] = []
        let host: EndpointHost
        if let own = network.settings.endpointHost {
            host = own
        } else if let found = try? await hub.defaultEndpointHost() {
            host = found.host
            if found.isGuess {
                warnings.append(
                    "the endpoint \(found.host) is a guess, this machine's first global address: set endpoint_host")
            }
        } else {
            throw RPCError(
                .failedPrecondition, reason: "no_endpoint_host",
                message: "no host is known under which clients reach this hub: set endpoint_host in daemon.yaml, or "
                    + "for this network with `wgpilotctl network edit \(network.id) --endpoint-host HOST`")
        }
        if secrets.privateKey == nil {
            warnings.append("only the client has its private key: put it where the comment in the file says")
        }
        let configuration = ClientConfiguration(
            peer: peer, network: network, plan: try hub.plan(of: network), privateKey: secrets.privateKey,
            presharedKey: secrets.presharedKey, otherSites: sites, bridged: bridged, defaultEndpointHost: host)
        return PeerConfigReply(
            text: configuration.text, fileName: ConfigurationFileName.ascii(for: peer.settings.name),
            holdsPrivateKey: secrets.privateKey != nil, warnings: warnings)
    }

    private func find(_ reference: PeerReference) async throws(RPCError) -> (Network, Peer) {
        let network = try await hub.network(reference.network)
        let peer = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peer(in: network.id, named: reference.peer)
        }
        return (network, peer)
    }

    private func message(_ peer: Peer, _ network: Network) async throws -> PeerMessage {
        let (statuses, _) = await statuses(of: network, isContinued: false)
        hub.status.drop(network.interface)
        return PeerMessage(
            peer, plan: try hub.plan(of: network), status: statuses[peer.publicKey], now: hub.now())
    }

    /// The status of a network's peers; none, with the reason, where the kernel cannot be asked: a list without status
    /// is worth more than no list.
    private func statuses(
        of network: Network, isContinued: Bool
    ) async -> (statuses: [PublicKey: PeerStatus], missing: String?) {
        guard network.settings.enabled else { return ([:], "the network is disabled") }
        do {
            return (try await hub.status.statuses(of: network.interface, isContinued: isContinued), nil)
        } catch {
            return ([:], "\(error)")
        }
    }

    /// Whether a change of a peer is live: in a network that is disabled it waits for the network.
    private func sync(_ sync: SyncMessage?, _ network: Network) -> SyncMessage? {
        if sync == nil || network.settings.enabled { return sync }
        return SyncMessage(isPending: true, reason: "network \(network.settings.name) is disabled")
    }
}

extension Call {
    /// A change of one peer.
    fileprivate init(_ context: ServerContext, _ reference: PeerReference) {
        self.init(context, target: "\(reference.network)/\(reference.peer)", options: reference.options)
    }
}
