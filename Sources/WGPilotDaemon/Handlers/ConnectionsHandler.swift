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
    /// So many destinations and peers are told of.
    private static let top = 10

    /// What of the kernel's table is kept: as many as are told, and what all amount to.
    private struct Found: Sendable {
        var connections: LargestConnections
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
            let empty = Found(connections: LargestConnections(Int(limit)))
            found = try await hub.reconciler.host.connections(subject.filter, into: empty) { found, connection in
                if let peers = subject.peers {
                    found.summary.add(connection, of: peers)
                } else {
                    found.summary.add(connection)
                }
                found.connections.add(connection)
            }
        } catch {
            throw RPCError(error)
        }
        let connections = found.connections.ordered()
        var summary = ConnectionSummaryMessage(
            found.summary, top: Self.top, shown: Int64(connections.count), accounting)
        if subject.peers != nil {
            summary.peers = found.summary.topPeers(Self.top).map {
                ConnectionTotalMessage(subject.names[$0.number], $0.total)
            }
        }
        try await stream.send(ConnectionsEvent(summary: summary))
        var rest = connections[...]
        while !rest.isEmpty {
            let messages = rest.prefix(Self.chunk).map { ConnectionMessage($0, subject) }
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
        let host = hub.reconciler.host
        guard let counting = try? await host.value(of: .connectionAccounting) else {
            return (false, "this kernel does not count what connections carry")
        }
        var off = counting == 0 ? [KernelSetting.connectionAccounting] : []
        if (try? await host.value(of: .connectionTimestamps)) == 0 { off.append(.connectionTimestamps) }
        if off.isEmpty { return (true, nil) }
        let names = off.map(\.name).joined(separator: " and ")
        if hub.configuration.connectionAccounting == .off {
            return (counting != 0, "\(names) \(off.count == 1 ? "is" : "are") off, and connection_accounting has it so")
        }
        let result = await hub.reconciler.synchronize(.connectionAccounting)
        if let reason = (result.undecided + result.pending).first {
            return ((try? await host.value(of: .connectionAccounting) ?? 0) != 0, reason)
        }
        let loss = counting == 0 ? "are not counted" : "do not tell when that was"
        let change = off.count == 1 ? "was off and is on now" : "were off and are on now"
        return (true, "\(names) \(change): connections that began before \(loss)")
    }

    /// Whose connections a request is about.
    fileprivate struct Subject: Sendable {
        var filter: ConnectionFilter
        /// The names of the peers that are meant.
        var names: [String] = []
        /// Their places in that, by their blocks.
        var places = PrefixTable<Int>()
        /// The same where several are meant, of whom each is told what it amounts to.
        var peers: PrefixTable<Int>?

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
                names = [peer.settings.name.description]
                for block in blocks(of: peer) { places[block] = 0 }
                return
            }
            filter = ConnectionFilter([network.settings.subnet, network.settings.subnet6].compactMap(\.self))
            var query = PeerQuery(limit: PeerQuery.maximumLimit)
            repeat {
                let page = try await hub.stored { [query] () async throws(StoreError) in
                    try await hub.store.peers(in: network.id, query)
                }
                for peer in page.peers {
                    names.append(peer.settings.name.description)
                    for block in blocks(of: peer) {
                        places[block] = names.count - 1
                        // Its addresses are in the subnet anyway.
                        if peer.settings.siteNetworks.contains(block) { filter.include(block) }
                    }
                }
                query.cursor = page.nextCursor
            } while query.cursor != nil
            peers = places
        }

        /// Whose an address is; nil where it is nobody's of those meant.
        func name(of address: IPAddress) -> String? { places.value(for: address).map { names[$0] } }
    }
}

extension ConnectionMessage {
    /// A connection as it goes over the wire.
    fileprivate init(_ connection: TrackedConnection, _ subject: ConnectionsHandler.Subject) {
        self.init(
            id: connection.id, transport: connection.protocolName, state: connection.state?.name,
            original: FlowMessage(connection.original), reply: FlowMessage(connection.reply),
            initiatorPeer: subject.name(of: connection.initiator),
            responderPeer: subject.name(of: connection.responder), replied: connection.isReplied,
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
        _ summary: ConnectionSummary, top: Int, shown: Int64, _ accounting: (isOn: Bool, note: String?)
    ) {
        let protocols = summary.byProtocol.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        self.init(
            all: ConnectionTotalMessage("all", summary.all),
            protocols: protocols.map { ConnectionTotalMessage($0.key, $0.value) },
            destinations: summary.topDestinations(top).map {
                ConnectionTotalMessage($0.address.description, $0.total)
            }, shown: shown, accounting: accounting.isOn, accountingNote: accounting.note)
    }
}
