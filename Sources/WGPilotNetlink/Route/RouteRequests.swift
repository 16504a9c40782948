import CMnl
import WGPilotCore

/// Encodes requests of rtnetlink; rtnetlink(7), linux/rtnetlink.h.
enum RouteRequests {
    /// Asks for one link by its name, or with nil for all of them.
    static func getLink(_ name: String?) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(header: linkHeader())
        if let name { builder.put(UInt16(IFLA_IFNAME), string: name) }
        let type = UInt16(RTM_GETLINK)
        return name == nil ? .dump(type, try builder.finish()) : .acknowledged(type, try builder.finish())
    }

    /// Makes a link of a kind.
    static func createLink(_ name: String, kind: String) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(header: linkHeader())
        builder.put(UInt16(IFLA_IFNAME), string: name)
        builder.nested(UInt16(IFLA_LINKINFO)) { info in
            // Text without a terminator (NLA_STRING), as ip(8) sends it.
            info.put(UInt16(IFLA_INFO_KIND), bytes: kind.utf8)
        }
        return .acknowledged(UInt16(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL, try builder.finish())
    }

    /// Deletes a link by its index.
    static func deleteLink(_ index: Int32) throws(NetlinkError) -> NetlinkRequest {
        .acknowledged(UInt16(RTM_DELLINK), linkHeader(index: index))
    }

    /// Sets a link up or down.
    static func setLink(_ index: Int32, up: Bool) throws(NetlinkError) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_NEWLINK), linkHeader(index: index, flags: up ? LinkFlags.up : 0, change: LinkFlags.up))
    }

    /// Sets a link's MTU.
    static func setLink(_ index: Int32, mtu: UInt32) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(header: linkHeader(index: index))
        builder.put(UInt16(IFLA_MTU), integer: mtu)
        return .acknowledged(UInt16(RTM_NEWLINK), try builder.finish())
    }

    /// Asks for the addresses of one link, or with nil of all of them. A kernel from before 4.20 does not filter, so the
    /// answer may hold those of others all the same.
    static func getAddresses(_ index: Int32?) -> NetlinkRequest {
        .dump(UInt16(RTM_GETADDR), addressHeader(family: 0, length: 0, flags: 0, index: index ?? 0))
    }

    /// Gives a link an address.
    static func addAddress(_ index: Int32, _ address: InterfaceAddress) throws(NetlinkError) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_NEWADDR), flags: NLM_F_CREATE | NLM_F_EXCL, try self.address(index, address, isNew: true))
    }

    /// Takes an address from a link.
    static func removeAddress(_ index: Int32, _ address: InterfaceAddress) throws(NetlinkError) -> NetlinkRequest {
        .acknowledged(UInt16(RTM_DELADDR), try self.address(index, address, isNew: false))
    }

    /// Asks for routes of the main table, by protocol and link where these are given. As with addresses, an old kernel
    /// tells of others too.
    static func getRoutes(
        _ family: AddressFamily, protocol number: UInt8, index: Int32?
    ) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: routeHeader(family: family, length: 0, protocol: number, scope: 0, type: 0, table: 0))
        if let index { builder.put(UInt16(RTA_OIF.rawValue), integer: index) }
        return .dump(UInt16(RTM_GETROUTE), try builder.finish())
    }

    /// Routes a block through a link. `NLM_F_EXCL` without `NLM_F_REPLACE`: a route that is there already stays.
    static func addRoute(_ index: Int32, _ prefix: IPPrefix) throws(NetlinkError) -> NetlinkRequest {
        // The block is reached directly (IPv4 says so by the scope of the link; IPv6 has no scopes of routes).
        let scope = prefix.address.isV4 ? UInt8(RT_SCOPE_LINK.rawValue) : UInt8(RT_SCOPE_UNIVERSE.rawValue)
        return .acknowledged(
            UInt16(RTM_NEWROUTE), flags: NLM_F_CREATE | NLM_F_EXCL,
            try route(index, prefix, scope: scope, type: UInt8(RTN_UNICAST)))
    }

    /// Takes a route of ours away; the protocol and the link keep it from being another's.
    static func removeRoute(_ index: Int32, _ prefix: IPPrefix) throws(NetlinkError) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_DELROUTE), try route(index, prefix, scope: UInt8(RT_SCOPE_NOWHERE.rawValue), type: 0))
    }

    /// `struct ifinfomsg`: family, padding, type (2), index (4), flags (4), which flags change (4).
    private static func linkHeader(index: Int32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
        [0, 0, 0, 0] + index.hostOrder + flags.hostOrder + change.hostOrder
    }

    /// `struct ifaddrmsg`: family, prefix length, flags, scope, index (4).
    private static func addressHeader(family: UInt8, length: UInt8, flags: UInt8, index: Int32) -> [UInt8] {
        [family, length, flags, UInt8(RT_SCOPE_UNIVERSE.rawValue)] + index.hostOrder
    }

    private static func address(
        _ index: Int32, _ address: InterfaceAddress, isNew: Bool
    ) throws(NetlinkError) -> [UInt8] {
        let family = AddressFamily(address.address)
        // There is nobody on a WireGuard link to ask whether an IPv6 address is taken, and until the question has timed
        // out the address could not be used.
        let flags = isNew && family == .v6 ? UInt8(IFA_F_NODAD) : 0
        var builder = AttributeBuilder(
            header: addressHeader(
                family: UInt8(truncatingIfNeeded: family.rawValue), length: address.prefixLength, flags: flags,
                index: index))
        // IFA_ADDRESS is the other end of a point-to-point link and else the same as IFA_LOCAL.
        builder.put(UInt16(IFA_LOCAL), bytes: address.address.bytes)
        builder.put(UInt16(IFA_ADDRESS), bytes: address.address.bytes)
        return try builder.finish()
    }

    /// `struct rtmsg`: family, lengths of destination and source, tos, table, protocol, scope, type, flags (4).
    private static func routeHeader(
        family: AddressFamily, length: UInt8, protocol number: UInt8, scope: UInt8, type: UInt8, table: UInt8
    ) -> [UInt8] {
        [UInt8(truncatingIfNeeded: family.rawValue), length, 0, 0, table, number, scope, type, 0, 0, 0, 0]
    }

    private static func route(
        _ index: Int32, _ prefix: IPPrefix, scope: UInt8, type: UInt8
    ) throws(NetlinkError) -> [UInt8] {
        var builder = AttributeBuilder(
            header: routeHeader(
                family: AddressFamily(prefix.address), length: prefix.length, protocol: RouteProtocol.wgpilot,
                scope: scope, type: type, table: UInt8(RT_TABLE_MAIN.rawValue)))
        builder.put(UInt16(RTA_DST.rawValue), bytes: prefix.address.bytes)
        builder.put(UInt16(RTA_OIF.rawValue), integer: index)
        return try builder.finish()
    }
}

/// Flags of a link (`enum net_device_flags`, linux/if.h, whose other definitions clash with glibc's).
enum LinkFlags {
    /// `IFF_UP`.
    static let up: UInt32 = 1 << 0
    /// `IFF_LOOPBACK`.
    static let loopback: UInt32 = 1 << 3
}
