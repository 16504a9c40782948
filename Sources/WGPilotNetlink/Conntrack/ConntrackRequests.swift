import CMnl
import WGPilotCore

/// Encodes requests of ctnetlink; linux/netfilter/nfnetlink_conntrack.h.
enum ConntrackRequests {
    /// Which connections the kernel is asked for.
    enum Selection: Hashable, Sendable {
        /// All, or those of one family.
        case all(AddressFamily?)
        /// Those that were begun by an IPv4 address.
        case initiator(IPAddress)
        /// Those whose answers come from an IPv4 address.
        case responder(IPAddress)

        /// Whether the kernel filters nothing but the family.
        var isWhole: Bool { if case .all = self { true } else { false } }
    }

    /// Asks for connections. A kernel from before 5.8 tells of others too, as it does not know the filter.
    static func get(_ selection: Selection) throws(NetlinkError) -> NetlinkRequest {
        let type = messageType(IPCTNL_MSG_CT_GET)
        switch selection {
        case .all(let family):
            return .dump(type, header(family))
        case .initiator(let address):
            return try .dump(type, filtered(CTA_TUPLE_ORIG, CTA_FILTER_ORIG_FLAGS, address))
        case .responder(let address):
            return try .dump(type, filtered(CTA_TUPLE_REPLY, CTA_FILTER_REPLY_FLAGS, address))
        }
    }

    /// Takes one connection away, by what the kernel said of it: the tuple of its first direction as it came, and its
    /// number, lest it be another one that was begun meanwhile between the same ends. (A request without a tuple would take
    /// all of them.)
    static func delete(_ entry: ConntrackEntry) throws(NetlinkError) -> NetlinkRequest {
        guard !entry.tuple.isEmpty else { throw .malformed("a connection without its tuple") }
        var builder = AttributeBuilder(header: header(entry.family))
        builder.nested(UInt16(CTA_TUPLE_ORIG.rawValue)) { $0.append(encoded: entry.tuple) }
        builder.put(UInt16(CTA_ID.rawValue), integer: entry.connection.id.bigEndian)
        if entry.connection.zone != 0 {
            builder.put(UInt16(CTA_ZONE.rawValue), integer: entry.connection.zone.bigEndian)
        }
        return .acknowledged(messageType(IPCTNL_MSG_CT_DELETE), try builder.finish())
    }

    /// The type of a message: the subsystem in the upper byte (linux/netfilter/nfnetlink.h).
    static func messageType(_ message: cntl_msg_types) -> UInt16 {
        UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(truncatingIfNeeded: message.rawValue)
    }

    /// `struct nfgenmsg`: family, version, resource.
    private static func header(_ family: AddressFamily?) -> [UInt8] {
        [UInt8(truncatingIfNeeded: family?.rawValue ?? UInt16(AF_UNSPEC)), UInt8(NFNETLINK_V0), 0, 0]
    }

    /// `CTA_FILTER_F_CTA_IP_SRC`, net/netfilter/nf_internals.h: of the tuple that is given, the source alone counts. The
    /// header for programs names no flags; libnetfilter_conntrack's `NFCT_FILTER_DUMP_TUPLE` has the same.
    private static let sourceFlag: UInt32 = 1 << 0

    private static func filtered(
        _ tuple: ctattr_type, _ flags: ctattr_filter, _ address: IPAddress
    ) throws(NetlinkError) -> [UInt8] {
        var builder = AttributeBuilder(header: header(AddressFamily(address)))
        builder.nested(UInt16(tuple.rawValue)) { tuple in
            tuple.nested(UInt16(CTA_TUPLE_IP.rawValue)) { ip in
                ip.put(UInt16(CTA_IP_V4_SRC.rawValue), bytes: address.bytes)
            }
        }
        builder.nested(UInt16(CTA_FILTER.rawValue)) { filter in
            filter.put(UInt16(flags.rawValue), integer: sourceFlag)
        }
        return try builder.finish()
    }
}
