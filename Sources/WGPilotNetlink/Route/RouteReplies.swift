import CMnl
import WGPilotCore

/// Decodes messages of rtnetlink.
enum RouteReplies {
    /// A link; nil for a message of another type.
    static func link(_ message: NetlinkMessage) throws(NetlinkError) -> LinkInfo? {
        guard message.type == UInt16(RTM_NEWLINK) else { return nil }
        let attributes = try message.attributes(after: 16)
        let header = message.body.prefix(16)
        guard let index = Int32(hostOrder: header.dropFirst(4).prefix(4)),
            let flags = UInt32(hostOrder: header.dropFirst(8).prefix(4))
        else { throw .malformed("a link without index and flags") }
        var link = LinkInfo(
            name: "", index: Int(index), isUp: flags & LinkFlags.up != 0,
            isLoopback: flags & LinkFlags.loopback != 0, mtu: 0)
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            switch Int(attribute.type) {
            case Int(IFLA_IFNAME): link.name = attribute.string
            case Int(IFLA_MTU): link.mtu = Int(try attribute.integer(UInt32.self))
            case Int(IFLA_STATS64): link.statistics = try statistics(attribute.payload)
            case Int(IFLA_LINKINFO):
                try attribute.forEach { (info) throws(NetlinkError) in
                    if Int(info.type) == Int(IFLA_INFO_KIND) { link.kind = info.string }
                }
            default: break
            }
        }
        return link
    }

    /// The counters of a link: the first eight numbers of `struct rtnl_link_stats64`, which only ever grows at its end.
    static func statistics(_ payload: ArraySlice<UInt8>) throws(NetlinkError) -> LinkStatistics {
        var rest = payload
        func next() throws(NetlinkError) -> UInt64 {
            guard let number = UInt64(hostOrder: rest.prefix(8)) else {
                throw .malformed("the statistics of a link in \(payload.count) bytes")
            }
            rest = rest.dropFirst(8)
            return number
        }
        var statistics = LinkStatistics()
        statistics.receivedPackets = try next()
        statistics.sentPackets = try next()
        statistics.receivedBytes = try next()
        statistics.sentBytes = try next()
        statistics.receiveErrors = try next()
        statistics.sendErrors = try next()
        statistics.receiveDrops = try next()
        statistics.sendDrops = try next()
        return statistics
    }

    /// An address with the index of its link; nil for a message of another type or an address of another family.
    static func address(_ message: NetlinkMessage) throws(NetlinkError) -> (index: Int, LinkInfo.Address)? {
        guard message.type == UInt16(RTM_NEWADDR) else { return nil }
        let attributes = try message.attributes(after: 8)
        let header = Array(message.body.prefix(8))
        guard let index = Int32(hostOrder: header[4...]) else { throw .malformed("an address without its link") }
        var local: IPAddress?
        var address: IPAddress?
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            switch Int(attribute.type) {
            case Int(IFA_LOCAL): local = IPAddress(networkOrder: attribute.payload)
            case Int(IFA_ADDRESS): address = IPAddress(networkOrder: attribute.payload)
            default: break
            }
        }
        // IPv6 tells IFA_LOCAL only when there is another end, which then is IFA_ADDRESS.
        guard let own = local ?? address, AddressFamily(rawValue: UInt16(header[0])) == AddressFamily(own) else {
            return nil
        }
        let scope: LinkInfo.Scope
        switch UInt32(header[3]) {
        case RT_SCOPE_LINK.rawValue: scope = .link
        case RT_SCOPE_HOST.rawValue, RT_SCOPE_NOWHERE.rawValue: scope = .host
        default: scope = .global
        }
        return (Int(index), .init(address: InterfaceAddress(address: own, prefixLength: header[1]), scope: scope))
    }

    /// A route of the main table.
    struct Route: Equatable, Sendable {
        /// Where it leads.
        var destination: IPPrefix
        /// Whose it is (`rtm_protocol`).
        var protocolNumber: UInt8
        /// The link that it goes through; nil for one that drops or goes through several.
        var index: Int32?
        /// Whether it leads somewhere (`RTN_UNICAST`), and does not drop or refuse what it meets.
        var isUnicast = true
    }

    /// A route; nil for a message of another type and for other tables.
    static func route(_ message: NetlinkMessage) throws(NetlinkError) -> Route? {
        guard message.type == UInt16(RTM_NEWROUTE) else { return nil }
        let attributes = try message.attributes(after: 12)
        let header = Array(message.body.prefix(12))
        guard let family = AddressFamily(rawValue: UInt16(header[0])) else { return nil }
        var table = UInt32(header[4])
        var destination: IPAddress = family == .v4 ? IPPrefix.everyV4.address : IPPrefix.everyV6.address
        var index: Int32?
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            switch UInt32(attribute.type) {
            case RTA_TABLE.rawValue: table = try attribute.integer()
            case RTA_OIF.rawValue: index = try attribute.integer()
            case RTA_DST.rawValue:
                guard let address = IPAddress(networkOrder: attribute.payload), AddressFamily(address) == family else {
                    throw .malformed("a route's destination of \(attribute.payload.count) bytes")
                }
                destination = address
            default: break
            }
        }
        guard table == UInt32(RT_TABLE_MAIN.rawValue) else { return nil }
        // What IPv6 remembers of single destinations (a smaller MTU on the way) is no route that anybody made.
        if let flags = UInt32(hostOrder: header[8...]), flags & UInt32(RTM_F_CLONED) != 0 { return nil }
        return Route(
            destination: IPPrefix(masking: destination, length: header[1]), protocolNumber: header[5], index: index,
            isUnicast: header[7] == UInt8(RTN_UNICAST))
    }
}
