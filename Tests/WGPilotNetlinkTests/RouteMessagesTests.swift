import Testing
import WGPilotCore

@testable import WGPilotNetlink

@Suite("Messages of rtnetlink")
struct RouteMessagesTests {
    /// The sequence number that a capture has.
    private static func sequence(_ capture: [UInt8]) throws -> UInt32 {
        try #require(UInt32(hostOrder: capture[8..<12]))
    }

    private static func expect(_ request: NetlinkRequest, is capture: [UInt8]) throws {
        #expect(try request.framed(sequence: sequence(capture), port: 0) == capture)
    }

    @Test("addresses are added byte by byte as ip(8) adds them")
    func addAddress() throws {
        try Self.expect(
            try RouteRequests.addAddress(
                2, InterfaceAddress(address: try #require(IPAddress("10.8.0.1")), prefixLength: 24)),
            is: Captures.addAddress4)
        try Self.expect(
            try RouteRequests.addAddress(
                2, InterfaceAddress(address: try #require(IPAddress("fd00::1")), prefixLength: 64)),
            is: Captures.addAddress6)
    }

    @Test("a route is added byte by byte as ip(8) adds it with our protocol number")
    func addRoute() throws {
        try Self.expect(try RouteRequests.addRoute(2, try IPPrefix("192.168.7.0/24")), is: Captures.addRoute)
    }

    @Test("a link is made as ip(8) makes it, the nested attribute marked as such")
    func createLink() throws {
        var expected = Captures.createLink
        // ip(8) leaves NLA_F_NESTED out of IFLA_LINKINFO; the kernel takes either.
        expected[47] |= 0x80
        try Self.expect(try RouteRequests.createLink("wgcap2", kind: "wireguard"), is: expected)
    }

    @Test("a captured link is read")
    func link() throws {
        var rest = Captures.link[...]
        let message = try #require(try NetlinkMessage.next(of: &rest))
        #expect(
            try RouteReplies.link(message)
                == LinkInfo(name: "wgcap", index: 2, kind: "wireguard", isUp: true, mtu: 1420))
        let address = try RouteReplies.address(message)
        let route = try RouteReplies.route(message)
        #expect(address == nil && route == nil)
    }

    @Test("each of a link's counters is read from its own place")
    func statistics() throws {
        // `struct rtnl_link_stats64` in linux/if_link.h begins so; what follows is of no interest.
        let numbers: [(String, UInt64)] = [
            ("rx_packets", 1), ("tx_packets", 2), ("rx_bytes", 3), ("tx_bytes", 1 << 40), ("rx_errors", 5),
            ("tx_errors", 6), ("rx_dropped", 7), ("tx_dropped", 8), ("multicast", 9),
        ]
        let payload = numbers.flatMap { number in number.1.hostOrder }
        var expected = LinkStatistics()
        (expected.receivedPackets, expected.sentPackets) = (1, 2)
        (expected.receivedBytes, expected.sentBytes) = (3, 1 << 40)
        (expected.receiveErrors, expected.sendErrors) = (5, 6)
        (expected.receiveDrops, expected.sendDrops) = (7, 8)
        // Kernels of any age: some have more at the end.
        for length in [64, 72] { #expect(try RouteReplies.statistics(payload[..<length]) == expected) }
        #expect(throws: NetlinkError.self) { try RouteReplies.statistics(payload[..<63]) }
        // The capture's link once more, with such an attribute (`IFLA_STATS64` is 23) at its end.
        var capture = Captures.link + [76, 0, 23, 0] + payload
        capture.overwrite(at: 0, with: UInt32(capture.count).hostOrder)
        var rest = capture[...]
        let message = try #require(try NetlinkMessage.next(of: &rest))
        #expect(try RouteReplies.link(message)?.statistics == expected)
    }

    @Test("captured addresses of both families are read", arguments: [Captures.address4, Captures.address6])
    func address(_ capture: [UInt8]) throws {
        var rest = capture[...]
        let message = try #require(try NetlinkMessage.next(of: &rest))
        let (index, address) = try #require(try RouteReplies.address(message))
        #expect(index == 2 && address.scope == .global)
        #expect(["10.8.0.1/24", "fd00::1/64"].contains(address.address.description))
    }

    @Test("of a point-to-point address the near end is ours, in both families")
    func pointToPoint() throws {
        for (family, near, far) in [(UInt8(2), "10.0.0.1", "10.0.0.2"), (UInt8(10), "fd00::1", "fd00::2")] {
            // struct ifaddrmsg of link 5, a prefix of 24, scope link.
            var builder = AttributeBuilder(header: [family, 24, 0, 253] + Int32(5).hostOrder)
            builder.put(1, bytes: try #require(IPAddress(far)).bytes)
            builder.put(2, bytes: try #require(IPAddress(near)).bytes)
            var rest = try NetlinkRequest(type: 20, flags: 2, body: try builder.finish())
                .framed(sequence: 1, port: 1)[...]
            let message = try #require(try NetlinkMessage.next(of: &rest))
            let (index, address) = try #require(try RouteReplies.address(message))
            #expect(index == 5 && address.scope == .link && address.address.description == "\(near)/24")
        }
    }

    @Test("captured routes are read with their owner")
    func routes() throws {
        var rest = Captures.routes[...]
        var routes: [RouteReplies.Route] = []
        while let message = try NetlinkMessage.next(of: &rest) {
            routes.append(try #require(try RouteReplies.route(message)))
        }
        #expect(
            routes == [
                .init(destination: try IPPrefix("10.8.0.0/24"), protocolNumber: 2, index: 2),
                .init(destination: try IPPrefix("192.168.7.0/24"), protocolNumber: RouteProtocol.wgpilot, index: 2),
            ])
    }

    @Test("a route of another table is none of ours")
    func otherTable() throws {
        var bytes = Array(Captures.routes.dropFirst(60))
        bytes[20] = 255
        bytes.overwrite(at: 32, with: UInt32(255).hostOrder)
        var rest = bytes[...]
        let message = try #require(try NetlinkMessage.next(of: &rest))
        #expect(try RouteReplies.route(message) == nil)
    }
}
