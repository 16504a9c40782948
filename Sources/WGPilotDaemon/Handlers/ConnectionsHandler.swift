import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves the methods of ``PeersService`` about connections through the hub.
struct ConnectionsHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(PeersService.connections) { request, _, stream in try await list(request, stream) }
        router.register(PeersService.flushConnections) { request, context in
            let target = [request.network, request.peer].compactMap(\.self).joined(separator: "/")
            let options = request.dryRun == true ? ChangeOptions(dryRun: true) : nil
            return try await flush(request, Call(context, target: target, options: options))
        }
    }

    private static let defaultLimit: Int64 = 1000
    private static let limits: ClosedRange<Int64> = 0...100_000
    /// So many connections go into one message.
    private static let chunk = 500
    private static let topDestinations = 10

    /// What of the kernel's table is kept: as many as are told, and what all amount to.
    private struct Found: Sendable {
        var connections: [TrackedConnection] = []
        var summary = ConnectionSummary()
    }

    private func list(
        _ request: ConnectionsRequest, _ stream: ResponseStream<ConnectionsEvent>
    ) async throws {
        let limit = request.limit ?? Self.defaultLimit
        guard Self.limits.contains(limit) else {
            throw RPCError.invalidFields([
                FieldViolation(field: "limit", message: "a list has 0 to \(Self.limits.upperBound) connections")
            ])
        }
        let subject = try await Subject(network: request.network, peer: request.peer, hub)
        // Before the list, so that the note is about the connections that are not counted in it.
        let accounting = try await switchOnAccounting()
        let found: Found
        do throws(KernelError) {
            found = try await hub.reconciler.host.connections(subject.filter, into: Found()) { found, connection in
                found.summary.add(connection)
                if found.connections.count < limit { found.connections.append(connection) }
            }
        } catch {
            throw RPCError(error)
        }
        let summary = ConnectionSummaryMessage(
            found.summary, topDestinations: Self.topDestinations, shown: Int64(found.connections.count), accounting)
        try await stream.send(ConnectionsEvent(summary: summary))
        var rest = found.connections[...]
        while !rest.isEmpty {
            let messages = rest.prefix(Self.chunk).map { ConnectionMessage($0, subject.names) }
            try await stream.send(ConnectionsEvent(connections: messages))
            rest = rest.dropFirst(Self.chunk)
        }
    }

    private func flush(_ request: FlushConnectionsRequest, _ call: Call) async throws -> FlushConnectionsReply {
        let subject = try await Subject(network: request.network, peer: request.peer, hub)
        do throws(KernelError) {
            if request.dryRun == true {
                let count = try await hub.reconciler.host.connections(subject.filter, into: Int64(0)) { count, _ in
                    count += 1
                }
                return FlushConnectionsReply(count: count, dryRun: true)
            }
            let count = try await hub.reconciler.endConnections(subject.filter)
            return FlushConnectionsReply(count: Int64(count), dryRun: false)
        } catch {
            throw RPCError(error)
        }
    }

    /// Has the kernel count from now on, unless the configuration forbids it; says whether it does, and what there is to
    /// say of it.
    private func switchOnAccounting() async throws -> (isOn: Bool, note: String?) {
        let setting = KernelSetting.connectionAccounting
        guard let value = try? await hub.reconciler.host.value(of: setting) else {
            return (false, "this kernel does not count what connections carry")
        }
        if value != 0 { return (true, nil) }
        if hub.configuration.connectionAccounting == .off {
            return (false, "\(setting.name) is off, and connection_accounting has it so")
        }
        let result = await hub.reconciler.synchronize(.connectionAccounting)
        if let reason = (result.undecided + result.pending).first { return (false, reason) }
        return (true, "\(setting.name) was off and is on now: connections that began before are not counted")
    }

    /// Whose connections a request is about.
    private struct Subject {
        var filter: ConnectionFilter
        /// The peers that are meant, by their blocks.
        var names = PrefixTable<String>()

        init(network: String, peer: String?, _ hub: Hub) async throws(RPCError) {
            let network = try await hub.network(network)
            let plan = try hub.plan(of: network)
            func blocks(of peer: Peer) -> [IPPrefix] {
                AllowedIPsPolicy.hubSide(
                    mode: network.settings.mode, addresses: peer.addresses(in: plan),
                    siteNetworks: peer.settings.siteNetworks)
            }
            if let reference = peer {
                let peer = try await hub.stored { () async throws(StoreError) in
                    try await hub.store.peer(in: network.id, named: reference)
                }
                filter = ConnectionFilter(blocks(of: peer))
                for block in blocks(of: peer) { names[block] = peer.settings.name.description }
                return
            }
            filter = ConnectionFilter([network.settings.subnet, network.settings.subnet6].compactMap(\.self))
            var query = PeerQuery(limit: PeerQuery.maximumLimit)
            repeat {
                let page = try await hub.stored { [query] () async throws(StoreError) in
                    try await hub.store.peers(in: network.id, query)
                }
                for peer in page.peers {
                    for block in blocks(of: peer) {
                        names[block] = peer.settings.name.description
                        // Its addresses are in the subnet anyway.
                        if peer.settings.siteNetworks.contains(block) { filter.include(block) }
                    }
                }
                query.cursor = page.nextCursor
            } while query.cursor != nil
        }
    }
}

extension ConnectionMessage {
    /// A connection as it goes over the wire.
    fileprivate init(_ connection: TrackedConnection, _ names: PrefixTable<String>) {
        self.init(
            id: connection.id, transport: connection.protocolName, state: connection.state?.name,
            original: FlowMessage(connection.original), reply: FlowMessage(connection.reply),
            initiatorPeer: names.value(for: connection.initiator),
            responderPeer: names.value(for: connection.responder), replied: connection.isReplied,
            assured: connection.isAssured, timeout: connection.timeout, startedAt: connection.startedAt,
            mark: connection.mark == 0 ? nil : connection.mark, zone: connection.zone == 0 ? nil : connection.zone,
            icmpType: connection.icmp?.type, icmpCode: connection.icmp?.code, icmpID: connection.icmp?.identifier)
    }
}

extension FlowMessage {
    fileprivate init(_ flow: TrackedConnection.Flow) {
        self.init(
            source: flow.source.description, sourcePort: flow.sourcePort, destination: flow.destination.description,
            destinationPort: flow.destinationPort, packets: flow.packets, bytes: flow.bytes)
    }
}

extension ConnectionTotalMessage {
    fileprivate init(_ name: String, _ total: ConnectionSummary.Total) {
        self.init(name: name, count: total.count, sent: total.sent, received: total.received)
    }
}

extension ConnectionSummaryMessage {
    fileprivate init(
        _ summary: ConnectionSummary, topDestinations: Int, shown: Int64, _ accounting: (isOn: Bool, note: String?)
    ) {
        let protocols = summary.byProtocol.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        self.init(
            all: ConnectionTotalMessage("all", summary.all),
            protocols: protocols.map { ConnectionTotalMessage($0.key, $0.value) },
            destinations: summary.topDestinations(topDestinations).map {
                ConnectionTotalMessage($0.address.description, $0.total)
            }, shown: shown, accounting: accounting.isOn, accountingNote: accounting.note)
    }
}
