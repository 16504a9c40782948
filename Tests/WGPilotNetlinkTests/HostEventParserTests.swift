import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

/// The captures' messages are those of dumps; a multicast one of the same type differs in flags and port alone, which
/// are not looked at.
@Suite("News of the network")
struct HostEventParserTests {
    /// Message types of linux/rtnetlink.h.
    private enum Kind {
        static let newLink: UInt16 = 16
        static let deletedLink: UInt16 = 17
        static let newAddress: UInt16 = 20
        static let deletedAddress: UInt16 = 21
        static let newRoute: UInt16 = 24
        static let newSettings: UInt16 = 80
    }

    private static func parser(_ names: [Int32: String] = [:]) -> HostEventParser {
        HostEventParser { names[$0] }
    }

    private static func message(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
        UInt32(16 + body.count).hostOrder + type.hostOrder + [UInt8](repeating: 0, count: 10) + body
    }

    private static func link(_ type: UInt16 = Kind.newLink, index: Int32, name: String?) -> [UInt8] {
        var builder = AttributeBuilder(header: [0, 0, 0, 0] + index.hostOrder + [UInt8](repeating: 0, count: 8))
        // `IFLA_IFNAME`.
        if let name { builder.put(3, string: name) }
        return message(type, builder.bytes)
    }

    private static func address(_ type: UInt16 = Kind.newAddress, index: Int32) -> [UInt8] {
        message(type, [2, 24, 0, 0] + index.hostOrder)
    }

    private static func route(table: UInt8 = 254, extendedTable: UInt32? = nil, index: Int32?) -> [UInt8] {
        var builder = AttributeBuilder(header: [2, 24, 0, 0, table, 4, 0, 1, 0, 0, 0, 0])
        // `RTA_TABLE` and `RTA_OIF`.
        if let extendedTable { builder.put(15, integer: extendedTable) }
        if let index { builder.put(4, integer: index) }
        return message(Kind.newRoute, builder.bytes)
    }

    @Test("a captured link, address and route are told by the link's name, once in a datagram")
    func captures() {
        var parser = Self.parser()
        #expect(parser.route(Captures.link[...]) == [.link("wgcap")])
        #expect(parser.route(Captures.address4[...]) == [.link("wgcap")])
        #expect(parser.route(Captures.address6[...]) == [.link("wgcap")])
        #expect(parser.route(Captures.routes[...]) == [.link("wgcap")])
    }

    @Test("forwarding that is switched off is news, for all and for one interface; what is switched on is not")
    func forwarding() {
        var parser = Self.parser()
        // `struct netconfmsg`, `NETCONFA_IFINDEX` (of one, and `NETCONFA_IFINDEX_ALL`) and `NETCONFA_FORWARDING`
        // (linux/netconf.h).
        for (family, index) in [(2 as UInt8, 7 as Int32), (2, -1), (10, -1)] {
            for (value, events) in [(0 as Int32, [HostEvent.forwarding]), (1, [])] {
                var builder = AttributeBuilder(header: [family, 0, 0, 0])
                builder.put(1, integer: index)
                builder.put(2, integer: value)
                #expect(parser.route(Self.message(Kind.newSettings, builder.bytes)[...]) == events)
            }
        }
        var other = AttributeBuilder(header: [2, 0, 0, 0])
        other.put(1, integer: 7 as Int32)
        other.put(3, integer: 0 as Int32)
        #expect(parser.route(Self.message(Kind.newSettings, other.bytes)[...]) == [])
        #expect(parser.route(Self.message(Kind.newSettings, [2])[...]) == [.lost])
    }

    @Test("queues, classes and filters are told by their device; one that is gone is no news, none at all may be any")
    func trafficControl() {
        var parser = Self.parser([7: "wg7"])
        // `struct tcmsg`: family and padding, index, handle, parent, info.
        func message(_ type: UInt16, _ index: Int32) -> [UInt8] {
            Self.message(type, [0, 0, 0, 0] + index.hostOrder + [UInt8](repeating: 0, count: 12))
        }
        // RTM_NEWQDISC, RTM_DELQDISC, RTM_NEWTCLASS, RTM_DELTCLASS, RTM_NEWTFILTER, RTM_DELTFILTER of linux/rtnetlink.h.
        for type: UInt16 in [36, 37, 40, 41, 44, 45] {
            #expect(parser.traffic(message(type, 7)[...]) == [.traffic("wg7")])
        }
        #expect(parser.traffic((message(37, 7) + message(41, 7))[...]) == [.traffic("wg7")])
        #expect(parser.traffic(message(37, 8)[...]) == [])
        // `TCM_IFINDEX_MAGIC_BLOCK`.
        #expect(parser.traffic(message(45, -1)[...]) == [.traffic(nil)])
        #expect(parser.traffic(Self.link(index: 7, name: "wg7")[...]) == [])
        for bytes in [[], Self.message(37, [0, 0])] { #expect(parser.traffic(bytes[...]) == [.traffic(nil)]) }
    }

    @Test("an address of a link that was deleted meanwhile still has the link's name")
    func deletedLink() {
        var parser = Self.parser()
        parser.know([7: "wg7"])
        #expect(parser.route(Self.address(Kind.deletedAddress, index: 7)[...]) == [.link("wg7")])
        #expect(parser.route(Self.link(Kind.deletedLink, index: 7, name: "wg7")[...]) == [.link("wg7")])
        #expect(parser.route(Self.address(Kind.deletedAddress, index: 7)[...]) == [.link(nil)])
    }

    @Test("an index that is used again has the new link's name")
    func reusedIndex() {
        var parser = Self.parser()
        for name in ["wg0", "wg1"] {
            _ = parser.route(Self.link(index: 7, name: name)[...])
            #expect(parser.route(Self.address(index: 7)[...]) == [.link(name)])
            _ = parser.route(Self.link(Kind.deletedLink, index: 7, name: name)[...])
        }
    }

    @Test("a link that is renamed is news under both names")
    func renamed() {
        var parser = Self.parser()
        parser.know([7: "old"])
        #expect(parser.route(Self.link(index: 7, name: "new")[...]) == [.link("old"), .link("new")])
        #expect(parser.route(Self.address(index: 7)[...]) == [.link("new")])
    }

    @Test("what an event said is not overwritten by an older list of links")
    func knowledge() {
        var parser = Self.parser()
        _ = parser.route(Self.link(index: 7, name: "new")[...])
        parser.know([7: "old", 8: "other"])
        #expect(parser.route((Self.address(index: 7) + Self.address(index: 8))[...]) == [.link("new"), .link("other")])
    }

    @Test("a link that is not known is looked up, and one that nobody knows has no name")
    func lookUp() {
        var parser = Self.parser([9: "eth9"])
        #expect(parser.route((Self.address(index: 9) + Self.address(index: 10))[...]) == [.link("eth9"), .link(nil)])
    }

    @Test("a route of another table is no news, wherever the table stands, and one through several links has no name")
    func routes() {
        var parser = Self.parser([7: "wg7"])
        #expect(parser.route(Self.route(index: 7)[...]) == [.link("wg7")])
        #expect(parser.route(Self.route(table: 255, index: 7)[...]) == [])
        #expect(parser.route(Self.route(table: 252, extendedTable: 51820, index: 7)[...]) == [])
        #expect(parser.route(Self.route(index: nil)[...]) == [.link(nil)])
    }

    @Test("what makes no sense is news that something was missed, after what made sense before it")
    func garbage() {
        var parser = Self.parser([7: "wg7"])
        let good = Self.address(index: 7)
        let bad: [[UInt8]] = [
            [], [1], Array(good.dropLast()), Self.message(Kind.newAddress, [2, 24, 0]),
            Self.message(Kind.newLink, []), Self.message(Kind.newRoute, [2]),
            // Attributes of length 0, of more than there is, and of half a header.
            Self.message(Kind.newLink, [UInt8](repeating: 0, count: 16) + [0, 0, 3, 0]),
            Self.message(Kind.newLink, [UInt8](repeating: 0, count: 16) + [200, 0, 3, 0]),
            Self.message(Kind.newRoute, [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 4]),
            // `RTA_OIF` of two bytes.
            Self.message(Kind.newRoute, [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 6, 0, 4, 0, 7, 0, 0, 0]),
            // A message of length 0, which would be read for ever.
            [UInt8](repeating: 0, count: 16),
            // NLMSG_OVERRUN, NLMSG_ERROR.
            Self.message(4, []), Self.message(2, [0, 0, 0, 0]),
        ]
        for bytes in bad {
            #expect(parser.route(bytes[...]) == [.lost], "\(bytes)")
            if !bytes.isEmpty { #expect(parser.route((good + bytes)[...]) == [.link("wg7"), .lost], "\(bytes)") }
        }
        #expect(parser.route(good[...]) == [.link("wg7")])
    }

    @Test("a message of netfilter is news of rules when it is nftables' or unreadable, and else none")
    func firewall() {
        // Subsystem 10 is nftables, 1 conntrack; 15 is NFT_MSG_NEWGEN, the end of a transaction.
        #expect(HostEventParser.firewall(Self.message(10 << 8 | 15, [0, 0, 0, 0])[...]) == [.firewall])
        #expect(HostEventParser.firewall(Self.message(1 << 8, [0, 0, 0, 0])[...]) == [])
        let bad: [[UInt8]] = [[], [1, 2, 3], Self.message(4, []), [UInt8](repeating: 0, count: 16)]
        for bytes in bad { #expect(HostEventParser.firewall(bytes[...]) == [.firewall], "\(bytes)") }
    }

    @Test("damaged news end, and those that were cut say so", arguments: 1...20 as ClosedRange<UInt64>)
    func fuzz(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seeds = [
            Captures.link, Captures.address4, Captures.address6, Captures.routes,
            Self.link(index: 3, name: nil) + Self.route(index: 3), Self.message(10 << 8, [0, 0, 0, 0]),
        ]
        for _ in 0..<500 {
            var bytes = seeds.randomElement(using: &random) ?? []
            bytes += seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = [0, 1, 3, 4, 127, 128, 255, random.bytes(1)[0]].randomElement(using: &random) ?? 0
            }
            let whole = Int.random(in: 0...bytes.count, using: &random)
            let datagram = bytes.prefix(whole)
            var parser = Self.parser()
            let events = parser.route(datagram)
            // A message is at least its header, and a renamed link is told twice.
            #expect(events.count <= 2 * (datagram.count / 16) + 1, "\(random)")
            #expect(Set(events).count == events.count, "\(random)")
            var rest = datagram
            var isWhole = !rest.isEmpty
            do {
                while try NetlinkMessage.next(of: &rest) != nil {}
            } catch {
                isWhole = false
            }
            if !isWhole { #expect(events.contains(.lost), "\(random)") }
            #expect(HostEventParser.firewall(datagram).count <= 1)
        }
    }
}
