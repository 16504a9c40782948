import CMnl
import Glibc
import WGPilotCore

/// Links, addresses and routes.
struct RouteFamily: Sendable {
    private let connection = NetlinkConnection(bus: NETLINK_ROUTE, label: "wgpilot.rtnetlink")

    // MARK: Links

    /// One link without its addresses; nil when there is none of that name.
    func link(_ name: String) async throws(NetlinkError) -> LinkInfo? {
        do {
            return try await connection.collect(try RouteRequests.getLink(name), into: LinkInfo?.none) {
                (link, message) throws(NetlinkError) in
                if let found = try RouteReplies.link(message) { link = found }
            }
        } catch let error where error.refusal == ENODEV {
            return nil
        }
    }

    /// All links with their addresses, ordered by index.
    func links() async throws(NetlinkError) -> [LinkInfo] {
        var links = try await connection.collect(try RouteRequests.getLink(nil), into: [Int: LinkInfo]()) {
            (links, message) throws(NetlinkError) in
            if let link = try RouteReplies.link(message) { links[link.index] = link }
        }
        for (index, addresses) in try await addresses(nil) { links[index]?.addresses = addresses }
        return links.values.sorted { $0.index < $1.index }
    }

    /// Makes a link of a kind; throws `EEXIST` when there is one of that name.
    func createLink(_ name: String, kind: String) async throws(NetlinkError) {
        try await connection.perform(try RouteRequests.createLink(name, kind: kind))
    }

    /// Deletes a link; one that is gone counts as deleted.
    func deleteLink(_ index: Int) async throws(NetlinkError) {
        try await connection.perform(try RouteRequests.deleteLink(Int32(clamping: index)), unless: [ENODEV])
    }

    /// Sets a link up or down.
    func setLink(_ index: Int, up: Bool) async throws(NetlinkError) {
        try await connection.perform(try RouteRequests.setLink(Int32(clamping: index), up: up))
    }

    /// Sets a link's MTU.
    func setLink(_ index: Int, mtu: Int) async throws(NetlinkError) {
        try await connection.perform(try RouteRequests.setLink(Int32(clamping: index), mtu: UInt32(clamping: mtu)))
    }

    /// What the network stack has of an interface: all but keys, port and peers.
    func observe(_ name: InterfaceName, _ link: LinkInfo) async throws(NetlinkError) -> ObservedInterface {
        let routes = try await routes(through: link.index)
        return try await ObservedInterface(
            name: name, mtu: link.mtu, isUp: link.isUp, addresses: Set(globalAddresses(link.index)), routes: routes.own,
            foreignRoutes: routes.foreign)
    }

    // MARK: Addresses

    /// The addresses of one link, or with nil of all of them, by the index of their link.
    func addresses(_ index: Int?) async throws(NetlinkError) -> [Int: [LinkInfo.Address]] {
        try await connection.collect(
            RouteRequests.getAddresses(index.map { Int32(clamping: $0) }), into: [Int: [LinkInfo.Address]]()
        ) { (addresses, message) throws(NetlinkError) in
            guard let (found, address) = try RouteReplies.address(message), index == nil || found == index else {
                return
            }
            addresses[found, default: []].append(address)
        }
    }

    /// The addresses of global scope of one link, in the kernel's order.
    func globalAddresses(_ index: Int) async throws(NetlinkError) -> [InterfaceAddress] {
        try await addresses(index)[index, default: []].filter { $0.scope == .global }.map(\.address)
    }

    /// Gives a link an address; the very same that is there already counts as given.
    func addAddress(_ index: Int, _ address: InterfaceAddress) async throws(NetlinkError) {
        let number = Int32(clamping: index)
        do {
            try await connection.perform(try RouteRequests.addAddress(number, address))
        } catch let error where error.refusal == EEXIST {
            let present = try await globalAddresses(index)
            if present.contains(address) { return }
            // IPv6 refuses the same address with another prefix length, and cannot change the length either.
            guard let old = present.first(where: { $0.address == address.address }) else { throw error }
            try await removeAddress(index, old)
            try await connection.perform(try RouteRequests.addAddress(number, address))
        }
    }

    /// Takes an address from a link; one that is gone counts as taken.
    ///
    /// With an IPv4 address that came first in its subnet the kernel removes the later ones of that subnet too, unless
    /// `promote_secondaries` is set, and with a link's last IPv4 address all IPv4 routes through it. What was lost so is
    /// put back, for nobody asked to take it away.
    func removeAddress(_ index: Int, _ address: InterfaceAddress) async throws(NetlinkError) {
        let number = Int32(clamping: index)
        guard address.address.isV4 else {
            try await connection.perform(
                try RouteRequests.removeAddress(number, address), unless: [EADDRNOTAVAIL, ENODEV])
            return
        }
        let before = try await globalAddresses(index).filter(\.address.isV4)
        let routes = try await ownRoutes(index, .v4)
        try await connection.perform(try RouteRequests.removeAddress(number, address), unless: [EADDRNOTAVAIL, ENODEV])
        let after = Set(try await globalAddresses(index).filter(\.address.isV4))
        let lost = before.filter { $0 != address && !after.contains($0) }
        if lost.isEmpty, !after.isEmpty { return }
        for address in lost {
            try await connection.perform(try RouteRequests.addAddress(number, address), unless: [EEXIST])
        }
        for route in routes.subtracting(try await ownRoutes(index, .v4)).sorted() {
            // A route that cannot be had without any address is one that the next comparison will find missing.
            try await connection.perform(try RouteRequests.addRoute(number, route), unless: [EEXIST, ENETDOWN, EINVAL])
        }
    }

    // MARK: Routes

    /// The blocks that are routed through a link: by us, and by others but for the kernel itself.
    func routes(through index: Int) async throws(NetlinkError) -> (own: Set<IPPrefix>, foreign: Set<IPPrefix>) {
        var own: Set<IPPrefix> = []
        var foreign: Set<IPPrefix> = []
        let number = Int32(clamping: index)
        for family in [AddressFamily.v4, .v6] {
            for route in try await routes(family, index: number) where route.isUnicast {
                switch route.protocolNumber {
                case RouteProtocol.wgpilot: own.insert(route.destination)
                case RouteProtocol.kernel: break
                default: foreign.insert(route.destination)
                }
            }
        }
        return (own, foreign)
    }

    /// The routes of the main table of both families, whosever they are.
    func routes() async throws(NetlinkError) -> [RouteReplies.Route] {
        try await routes(.v4) + routes(.v6)
    }

    /// The routes of the main table to exactly this block, whosever they are.
    func routes(to prefix: IPPrefix) async throws(NetlinkError) -> [RouteReplies.Route] {
        try await routes(AddressFamily(prefix.address)).filter { $0.destination == prefix }
    }

    /// The routes of the main table, by protocol and link where these are given.
    func routes(
        _ family: AddressFamily, protocol number: UInt8? = nil, index: Int32? = nil
    ) async throws(NetlinkError) -> [RouteReplies.Route] {
        let request = try RouteRequests.getRoutes(family, protocol: number ?? 0, index: index)
        do {
            return try await connection.collect(request, into: [RouteReplies.Route]()) {
                (routes, message) throws(NetlinkError) in
                guard let route = try RouteReplies.route(message), number == nil || route.protocolNumber == number,
                    index == nil || route.index == index
                else { return }
                routes.append(route)
            }
        } catch let error where [EAFNOSUPPORT, EOPNOTSUPP].contains(error.refusal) && family == .v6 {
            return []
        }
    }

    private func ownRoutes(_ index: Int, _ family: AddressFamily) async throws(NetlinkError) -> Set<IPPrefix> {
        try await Set(
            routes(family, protocol: RouteProtocol.wgpilot, index: Int32(clamping: index)).map(\.destination))
    }

    /// Routes a block through a link; a route to the block through the same link counts as made, whosever it is, and one
    /// through another is an error (`EEXIST`), never replaced.
    func addRoute(_ index: Int, _ prefix: IPPrefix) async throws(NetlinkError) {
        let number = Int32(clamping: index)
        do {
            try await connection.perform(try RouteRequests.addRoute(number, prefix))
        } catch let error where error.refusal == EEXIST {
            guard try await routes(to: prefix).contains(where: { $0.isUnicast && $0.index == number }) else {
                throw error
            }
        }
    }

    /// Takes a route of ours away; one that is gone counts as taken.
    func removeRoute(_ index: Int, _ prefix: IPPrefix) async throws(NetlinkError) {
        try await connection.perform(
            try RouteRequests.removeRoute(Int32(clamping: index), prefix), unless: [ESRCH, ENOENT, ENODEV])
    }
}

extension NetlinkConnection {
    /// Sends a request and waits for its acknowledgement; the error numbers given count as success, for they say that
    /// what was asked for is so already.
    func perform(_ request: NetlinkRequest, unless done: [Int32]) throws(NetlinkError) {
        do {
            try perform(request)
        } catch {
            guard let errno = error.refusal, done.contains(errno) else { throw error }
        }
    }
}
