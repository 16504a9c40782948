import CMnl
import Glibc
import WGPilotCore

/// The table of tracked connections, through ctnetlink.
struct ConntrackFamily: Sendable {
    private let connection = NetlinkConnection(bus: NETLINK_NETFILTER, label: "wgpilot.ctnetlink")

    /// Up to so many IPv4 addresses are asked for one by one. Each costs the kernel two walks over its table, of which little
    /// comes out; to hand out the whole table costs it ten times as much as a walk.
    static let addressesAtMost = 4
    /// So many connections are taken away between two looks, which bounds what is remembered of them.
    static let batch = 16_384
    /// So often at most: a table has room for 2^18 unless somebody made it larger (`nf_conntrack_max`).
    private static let batches = 64
    /// How often a list is taken again that was lost on its way for want of room.
    private static let overruns = 5

    /// Merges the connections that the filter fits, each once, into a value.
    func collect<Value: Sendable>(
        _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, ConntrackEntry) -> Void
    ) async throws(NetlinkError) -> Value {
        // Between families there are no connections, so each is asked for by itself.
        let blocks4 = filter.blocks.filter(\.address.isV4)
        let has6 = blocks4.count < filter.blocks.count
        if blocks4.isEmpty {
            return has6 ? try await dump(.all(.v6), filter, into: initial, merge) : initial
        }
        let areFew = blocks4.count <= Self.addressesAtMost && blocks4.allSatisfy { $0.length == 32 }
        if areFew {
            do throws(NetlinkError) {
                let value = try await collect(blocks4.map(\.address), filter, into: initial, merge)
                // Not by the kernel's filter: from 5.8 to at least 6.18 it takes IPv6 addresses that are equal for different
                // and the other way round (ctnetlink_filter_match_tuple, net/netfilter/nf_conntrack_netlink.c).
                return has6 ? try await dump(.all(.v6), filter, into: value, merge) : value
            } catch  where [EINVAL, EOPNOTSUPP].contains(error.refusal) {
                // A kernel that refuses the filter is asked for everything.
            }
        }
        return try await dump(.all(has6 ? nil : .v4), filter, into: initial, merge)
    }

    /// The same for few addresses, each asked for by itself.
    private func collect<Value: Sendable>(
        _ addresses: [IPAddress], _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, ConntrackEntry) -> Void
    ) async throws(NetlinkError) -> Value {
        var value = initial
        for address in addresses {
            value = try await dump(.initiator(address), filter, into: value) { value, entry in
                // What a kernel tells that does not filter is another dump's.
                if entry.connection.initiator == address { merge(&value, entry) }
            }
        }
        for address in addresses {
            value = try await dump(.responder(address), filter, into: value) { value, entry in
                guard entry.connection.responder == address, !addresses.contains(entry.connection.initiator) else {
                    return
                }
                merge(&value, entry)
            }
        }
        return value
    }

    private func dump<Value: Sendable>(
        _ selection: ConntrackRequests.Selection, _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, ConntrackEntry) -> Void
    ) async throws(NetlinkError) -> Value {
        let request = try ConntrackRequests.get(selection)
        var attempt = 0
        while true {
            do throws(NetlinkError) {
                return try await connection.collect(request, into: initial) { (value, message) throws(NetlinkError) in
                    if let entry = try ConntrackReplies.entry(message, filter) { merge(&value, entry) }
                }
            } catch .system(_, ENOBUFS) where attempt < Self.overruns {
                attempt += 1
            } catch .refused(EINVAL, _) where selection.isWhole {
                // There is nothing in such a request that could be wrong. nfnetlink_rcv_msg (net/netfilter/nfnetlink.c)
                // answers so for a subsystem for which there is no module.
                throw .system(call: "nfnetlink", errno: EPROTONOSUPPORT)
            }
        }
    }

    /// Takes the connections away that the filter fits.
    ///
    /// One that the kernel does not take away keeps none of the others.
    ///
    /// - Returns: How many; one that went meanwhile by itself is not among them.
    func remove(_ filter: ConnectionFilter) async throws(NetlinkError) -> Int {
        var removed = 0
        var failure: NetlinkError?
        for _ in 0..<Self.batches {
            let entries = try await collect(filter, into: [ConntrackEntry]()) { entries, entry in
                if entries.count < Self.batch { entries.append(entry) }
            }
            for entry in entries {
                do throws(NetlinkError) {
                    try await connection.perform(try ConntrackRequests.delete(entry))
                    removed += 1
                } catch  where error.refusal != nil {
                    if error.refusal != ENOENT { failure = failure ?? error }
                }
            }
            if let failure { throw failure }
            if entries.count < Self.batch { break }
        }
        return removed
    }
}
