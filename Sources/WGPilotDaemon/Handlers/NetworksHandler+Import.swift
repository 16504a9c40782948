import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

extension NetworksHandler {
    /// Makes a network of a running interface, of a wg-quick file, or of both.
    func importNetwork(_ request: ImportNetworkRequest, _ call: Call) async throws -> ImportNetworkReply {
        var reader = FieldReader()
        let name = reader.read("name", request.name, FieldReader.networkName)
        let mode = reader.read("mode", request.mode, NetworkMode.init)
        let interface = reader.read("interface", request.interface) { text throws(InvalidValue) in
            try InterfaceName(text)
        }
        let endpointHost = reader.read("endpoint_host", request.endpointHost) { text throws(InvalidValue) in
            try EndpointHost(text)
        }
        let file = try file(request.file, &reader)
        if request.interface == nil && request.file == nil {
            reader.add("interface", "say what to import: an interface, a file, or both")
        }
        try reader.check()
        guard let name else {
            throw RPCError(.internal, reason: "unexpected_error", message: "a field was neither read nor refused")
        }
        var running: ObservedInterface?
        if let interface { running = try await observe(interface) }
        let plan = ImportPlan(name: name, interface: running, file: file, mode: mode)
        let refusals = plan.findings.filter { $0.severity == .refusal }
        guard refusals.isEmpty, let outcome = plan.outcome else {
            throw RPCError(
                .failedPrecondition, reason: "not_importable",
                message: "this cannot be imported: \(refusals.map(\.description).joined(separator: "; "))",
                fields: refusals.map {
                    FieldViolation(field: file == nil ? "interface" : "file", message: $0.description)
                })
        }
        var settings = outcome.settings
        settings.endpointHost = endpointHost
        let links = try await hub.links()
        let surroundings = try await hub.surroundings()
        try hub.check(settings, against: surroundings, own: interface)
        try await check(port: settings.listenPort, own: interface)
        var draft = NetworkDraft(
            settings: settings, listenPort: settings.listenPort, privateKey: outcome.privateKey)
        draft.interface = interface
        let drafts = outcome.peers.map(PeerDraft.init(imported:))
        let field = file == nil ? "interface" : "file"
        try checkSites(outcome.peers, against: surroundings, own: interface, field: field)
        let taken = Set(links.compactMap { try? InterfaceName($0.name) })
        let imported = try await hub.change(call, request.options) { [draft] options async throws(StoreError) in
            do throws(StoreError) {
                return try await hub.store.importNetwork(
                    draft, peers: drafts, takenInterfaces: taken, options: options)
            } catch {
                throw error.naming(outcome.peers)
            }
        } scope: {
            .network($0.network.id)
        }
        return ImportNetworkReply(
            network: try await message(imported.value.network),
            peers: imported.value.peers.map(\.peer.settings.name.description),
            notes: plan.findings.filter { $0.severity == .note }.map(\.description), sync: imported.sync,
            change: imported.change)
    }

    /// Answers for what an earlier request with the same key imported, as it is by now. What there was to be told of the
    /// file was told then.
    func importedAgain(_ id: Int64, _ options: ChangeOptions?) async throws -> ImportNetworkReply {
        let network = try await hub.stored { () async throws(StoreError) in try await hub.store.network(id) }
        let peers = try await hub.stored { () async throws(StoreError) in try await hub.store.peerNames(in: id) }
        let standing = try await hub.standing(.network(id), options)
        return ImportNetworkReply(
            network: try await message(network), peers: peers, notes: [], sync: standing.sync,
            change: standing.change)
    }

    /// A network as a wg-quick file.
    func export(_ request: NetworkReference) async throws -> ExportNetworkReply {
        let network = try await hub.network(request.network)
        let configuration = try await hub.stored { () async throws(StoreError) in
            try await hub.store.serverConfiguration(of: network.id)
        }
        return ExportNetworkReply(text: configuration.text, fileName: "\(network.interface).conf")
    }

    /// Refuses all networks behind peers that the machine reaches by another interface, each with its peer.
    private func checkSites(
        _ peers: [ImportPlan.Outcome.Peer], against surroundings: Hub.Surroundings, own: InterfaceName?, field: String
    ) throws(RPCError) {
        var clashes: [String] = []
        for peer in peers where !peer.settings.siteNetworks.isEmpty {
            do throws(RPCError) {
                try hub.checkSites(peer.settings, against: surroundings, own: own)
            } catch {
                clashes += error.fields.map { peer.named($0.message) }
            }
        }
        if clashes.isEmpty { return }
        let shown = clashes.prefix(100)
        throw RPCError(
            .failedPrecondition, reason: "overlap", message: shown.joined(separator: "; "),
            fields: shown.map { FieldViolation(field: field, message: $0) })
    }

    private func file(_ text: String?, _ reader: inout FieldReader) throws -> ServerConfiguration? {
        guard let text else { return nil }
        do throws(ServerConfigurationFault) {
            return try ServerConfiguration(parsing: text)
        } catch {
            reader.add("file", error.description)
            return nil
        }
    }

    /// A running WireGuard interface that is not ours yet.
    private func observe(_ interface: InterfaceName) async throws(RPCError) -> ObservedInterface {
        let owned = try await hub.stored { () async throws(StoreError) in try await hub.store.ownedInterfaces() }
        let fault: String
        if owned.contains(interface) {
            fault = "the interface \(interface) belongs to a network already"
        } else {
            do throws(KernelError) {
                if let observed = try await hub.kernel.observe(interface) { return observed }
                fault = "there is no WireGuard interface \(interface)"
            } catch  where error.code == .nameTaken {
                fault = "the interface \(interface) is not WireGuard"
            } catch {
                throw RPCError(error)
            }
        }
        throw RPCError(
            .failedPrecondition, reason: "no_such_interface", message: fault,
            fields: [FieldViolation(field: "interface", message: fault)])
    }
}

extension StoreError {
    /// The error with the peer in its messages that it is about, where it is about one.
    fileprivate func naming(_ peers: [ImportPlan.Outcome.Peer]) -> StoreError {
        guard let itemIndex, peers.indices.contains(itemIndex) else { return self }
        let peer = peers[itemIndex]
        var error = StoreError(
            code, peer.named(message),
            violations: violations.map { Violation(field: $0.field, message: peer.named($0.message)) })
        error.itemIndex = itemIndex
        return error
    }
}

extension PeerDraft {
    fileprivate init(imported peer: ImportPlan.Outcome.Peer) {
        self.init(settings: peer.settings)
        keys = .publicKey(peer.publicKey)
        presharedKey = peer.presharedKey.map { .given($0) } ?? .none
        address = peer.address
    }
}
