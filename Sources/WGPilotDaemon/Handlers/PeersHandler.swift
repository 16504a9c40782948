import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``PeersService``: reads the request, lets the store decide, brings the outcome to the kernel.
struct PeersHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(PeersService.list) { request, context in try await list(request, StatusCache.Age(for: context))
        }
        router.register(PeersService.get) { request, context in try await get(request, StatusCache.Age(for: context)) }
        router.register(PeersService.create) { request, context in
            let target = "\(request.network)/\(request.name)"
            let call = try Call(context, creating: request, target: target, options: request.options)
            return try await hub.once(call) { id in
                try await again(id, request.options)
            } create: {
                try await create(request, call)
            }
        }
        router.register(PeersService.createBatch) { request, context in
            let call = try Call(context, creating: request, target: request.network, options: request.options)
            return try await hub.once(call) { first in
                try await batchAgain(first, request)
            } create: {
                try await createBatch(request, call)
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
        router.register(PeersService.rotateKeys) { request, context in
            let target = "\(request.network)/\(request.peer)"
            return try await rotateKeys(request, Call(context, target: target, options: request.options))
        }
        router.register(PeersService.config) { request, _ in try await config(request) }
    }

    private func get(_ request: PeerReference, _ age: StatusCache.Age) async throws -> PeerReply {
        let (network, peer) = try await find(request)
        var message = try await message(peer, network, age)
        if peer.configurationFetchedAt != nil, let host = try? await endpointHost(of: network).host {
            message.configStale = try await hub.stored { () async throws(StoreError) in
                try await hub.store.isConfigurationStale(ofPeer: peer.id, in: network.id, defaultEndpointHost: host)
            }
        }
        return PeerReply(peer: message)
    }

    private func create(_ request: CreatePeerRequest, _ call: Call) async throws -> PeerReply {
        let network = try await hub.network(request.network)
        let (draft, custody, reader) = draft(request, in: network)
        let unread = [0: reader.refused([.name, .address])]
        try await check([draft], reader, unread: unread, in: network, isBatch: false)
        let wantsConfiguration = try await wantsConfiguration(
            request.returnConfiguration, custody, of: network, request.options)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.createPeer(in: network.id, draft, options: options)
        } scope: {
            .peers(network.id, [$0.peer.publicKey])
        }
        let created = outcome.value
        // A peer that was made this moment has no status to ask the kernel for.
        let message = PeerMessage(created.peer, plan: try hub.plan(of: created.network))
        let reply = PeerReply(peer: message, sync: sync(outcome.sync, created.network), change: outcome.change)
        if outcome.isRehearsal { return reply }
        return try await completed(
            reply, created.peer, created.network, secrets: created.secrets, showing: wantsConfiguration)
    }

    /// The same with a reader of its own.
    private func draft(
        _ request: CreatePeerRequest, in network: Network
    ) -> (draft: PeerDraft, custody: KeyCustody, reader: FieldReader) {
        var reader = FieldReader()
        let (draft, custody) = draft(of: request, in: network.settings, &reader)
        return (draft, custody, reader)
    }

    /// What a request asks to be made, with the custody of its key; faults go to the reader, and the draft is then of no
    /// use.
    func draft(
        of request: CreatePeerRequest, in network: NetworkSettings, _ reader: inout FieldReader
    ) -> (PeerDraft, KeyCustody) {
        var draft = PeerDraft(request, in: network, &reader)
        let custody = custody(of: request, in: network, &reader)
        checkExpiry(draft.settings.expiresAt, &reader)
        draft.holdsPrivateKey = custody == .held
        return (draft, custody)
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
        let forgets = forgetsPrivateKey(request, peer, &reader)
        if settings.expiresAt != peer.settings.expiresAt { checkExpiry(settings.expiresAt, &reader) }
        try await check(settings, address, reader, of: peer, in: network)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            [preshared] options async throws(StoreError) in
            try await hub.store.updatePeer(
                in: network.id, peer.id, expectedUpdatedAt: request.options?.ifUnchanged, options: options
            ) { edit in
                // Applied again to what is there by now: of two edits of different fields neither undoes the other.
                // What is wrong with the values was found above, and the store checks the outcome.
                var unused = FieldReader()
                edit.settings.apply(request, in: network.settings, &unused)
                edit.address = address
                edit.presharedKey = preshared
                if forgets { edit.keys = .forgetPrivateKey }
            }
        } scope: { edited in
            .peers(
                network.id, [edited.before.publicKey, edited.after.publicKey],
                endpointsChanged: edited.before.settings.endpoint != edited.after.settings.endpoint)
        }
        let reply = try reply(outcome)
        if outcome.isRehearsal { return reply }
        return try await completed(reply, outcome.value.after, outcome.value.network)
    }

    private func delete(_ request: PeerReference, _ call: Call) async throws -> DeleteReply {
        let (network, peer) = try await find(request)
        let rules = try await rules(of: peer)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.deletePeer(
                in: network.id, peer.id, expectedUpdatedAt: request.options?.ifUnchanged, options: options)
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
    func reply(_ outcome: Hub.Changed<EditedPeer>) throws(RPCError) -> PeerReply {
        let edited = outcome.value
        let message = PeerMessage(edited.after, plan: try hub.plan(of: edited.network))
        return PeerReply(peer: message, sync: sync(outcome.sync, edited.network), change: outcome.change)
    }

    func find(_ reference: PeerReference) async throws(RPCError) -> (Network, Peer) {
        try await hub.stored { () async throws(StoreError) in
            try await hub.store.peer(named: reference.peer, inNetworkNamed: reference.network)
        }
    }

    func message(_ peer: Peer, _ network: Network, _ age: StatusCache.Age = .none) async throws -> PeerMessage {
        // Without status where the kernel cannot be asked: facts without it are worth more than none.
        let status = network.settings.enabled ? try? await hub.status.glance(at: network, age: age) : nil
        return PeerMessage(
            peer, plan: try hub.plan(of: network), status: status?.peers[peer.publicKey],
            isOnline: status?.online.contains(peer.publicKey) ?? false)
    }

    /// The status of a network's peers; none, with the reason, where the kernel cannot be asked: a list without status
    /// is worth more than no list.
    func status(
        of network: Network, age: StatusCache.Age
    ) async -> (status: NetworkStatus, missing: String?) {
        guard network.settings.enabled else { return (NetworkStatus(), "the network is disabled") }
        do {
            return (try await hub.status.status(of: network, age: age), nil)
        } catch {
            return (NetworkStatus(), "\(error)")
        }
    }

    /// Whether a change of a peer is live: in a network that is disabled it waits for the network.
    func sync(_ sync: SyncMessage?, _ network: Network) -> SyncMessage? {
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
