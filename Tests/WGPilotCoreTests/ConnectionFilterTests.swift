import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("Which connections are meant")
struct ConnectionFilterTests {
    private static func blocks(_ texts: String...) throws -> [IPPrefix] { try texts.map { try IPPrefix($0) } }

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func peer(_ texts: String..., number: UInt8 = 1) throws -> ObservedPeer {
        ObservedPeer(
            publicKey: try #require(PublicKey(bytes: [UInt8](repeating: number, count: 32))),
            allowedIPs: Set(try texts.map { try IPPrefix($0) }))
    }

    /// An interface of 10.8.0.0/24 with a route to 192.0.0.0/8.
    private static func interface(_ peers: [ObservedPeer]) throws -> ObservedInterface {
        ObservedInterface(
            name: try InterfaceName("wg0"), mtu: 1420,
            addresses: [InterfaceAddress(address: try address("10.8.0.1"), prefixLength: 24)],
            routes: [try IPPrefix("192.0.0.0/8")],
            peers: Dictionary(uniqueKeysWithValues: peers.map { ($0.publicKey, $0) }))
    }

    private static func lost(_ peers: [ObservedPeer], _ changes: [PeerChange]) throws -> ConnectionFilter {
        var filter = ConnectionFilter()
        let step = PlanStep.configure(try InterfaceName("wg0"), DeviceChange(peers: changes))
        filter.add(lostBy: [step], try interface(peers))
        return filter
    }

    @Test("either end is enough, and both families are told apart")
    func ends() throws {
        let filter = ConnectionFilter(try Self.blocks("10.8.0.7/32", "fd00:8::/64"))
        let (peer, other) = (try Self.address("10.8.0.7"), try Self.address("192.0.2.1"))
        #expect(filter.fits(initiator: peer, responder: other) && filter.fits(initiator: other, responder: peer))
        #expect(!filter.fits(initiator: other, responder: other))
        let (inside, outside) = (try Self.address("fd00:8::99"), try Self.address("fd00:9::"))
        #expect(filter.contains(inside) && !filter.contains(outside))
        #expect(ConnectionFilter().isEmpty && !filter.isEmpty)
        #expect(!ConnectionFilter().contains(other))
    }

    @Test("the narrowest block decides, as the last word about each had it", arguments: 0..<30)
    func narrowest(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var filter = ConnectionFilter()
        // The model: every word in order; a block that is meant takes back what was left out within it.
        var words: [(block: IPPrefix, isMeant: Bool)] = []
        for _ in 0..<12 {
            let address = IPAddress.v4(IPv4Address(rawValue: 0x0A00_0000 | UInt32.random(in: 0..<32, using: &random)))
            let block = IPPrefix(masking: address, length: UInt8.random(in: 27...32, using: &random))
            let isMeant = Bool.random(using: &random)
            if isMeant {
                words.removeAll { !$0.isMeant && block.contains($0.block) }
                filter.include(block)
            } else {
                filter.exclude(block)
            }
            words.removeAll { $0.block == block }
            words.append((block, isMeant))
        }
        for number in UInt32(0)..<32 {
            let address = IPAddress.v4(IPv4Address(rawValue: 0x0A00_0000 | number))
            let word = words.filter { $0.block.contains(address) }.max { $0.block.length < $1.block.length }
            #expect(filter.contains(address) == (word?.isMeant ?? false), "\(random), \(address)")
        }
        #expect(filter.isEmpty == !words.contains { $0.isMeant }, "\(random)")
    }

    @Test("who is removed, or loses a block, loses the connections of it and of nothing else")
    func lost() throws {
        let (one, two) = (try Self.peer("10.8.0.2/32", "192.168.7.0/24"), try Self.peer("10.8.0.3/32", number: 2))
        var update = PeerUpdate(publicKey: two.publicKey)
        update.removedAllowedIPs = try Self.blocks("10.8.0.3/32")
        update.addedAllowedIPs = try Self.blocks("10.8.0.4/32")
        let filter = try Self.lost([one, two], [.remove(one.publicKey), .update(update)])
        #expect(filter.blocks.map(\.description) == ["10.8.0.2/32", "10.8.0.3/32", "192.168.7.0/24"])
        let added = try Self.address("10.8.0.4")
        #expect(!filter.contains(added))
    }

    @Test("a change that takes no address away ends no connection")
    func kept() throws {
        let peer = try Self.peer("10.8.0.2/32", "192.168.7.0/24")
        var update = PeerUpdate(publicKey: peer.publicKey)
        update.presharedKey = .clear
        update.persistentKeepalive = 5
        update.addedAllowedIPs = try Self.blocks("192.168.8.0/24")
        #expect(try Self.lost([peer], [.update(update)]).isEmpty)
        // A peer that the kernel did not have has no connections.
        #expect(try Self.lost([], [.remove(peer.publicKey)]).isEmpty)
        // Two steps that undo each other, as a plan that frees everything first may have them.
        var release = PeerUpdate(publicKey: peer.publicKey)
        release.removedAllowedIPs = try Self.blocks("10.8.0.2/32")
        var claim = PeerUpdate(publicKey: peer.publicKey)
        claim.addedAllowedIPs = try Self.blocks("10.8.0.2/32")
        #expect(try Self.lost([peer], [.update(release), .update(claim)]).isEmpty)
        var filter = ConnectionFilter()
        filter.add(lostBy: [.setMTU(try InterfaceName("wg0"), 1400)], try Self.interface([peer]))
        #expect(filter.isEmpty)
    }

    @Test("an interface that goes takes the connections of all its peers with it")
    func interface() throws {
        let peers = [try Self.peer("10.8.0.2/32"), try Self.peer("10.8.0.3/32", number: 2)]
        var filter = ConnectionFilter()
        filter.add(lostBy: [.deleteInterface(try InterfaceName("wg0"))], try Self.interface(peers))
        #expect(filter.blocks.map(\.description) == ["10.8.0.2/32", "10.8.0.3/32"])
    }

    @Test("of a site that becomes smaller, what stays is spared; of one that becomes larger, all")
    func resized() throws {
        let peer = try Self.peer("192.168.0.0/16")
        var narrower = PeerUpdate(publicKey: peer.publicKey)
        narrower.removedAllowedIPs = try Self.blocks("192.168.0.0/16")
        narrower.addedAllowedIPs = try Self.blocks("192.168.7.0/24")
        let filter = try Self.lost([peer], [.update(narrower)])
        let (gone, kept) = (try Self.address("192.168.8.1"), try Self.address("192.168.7.1"))
        #expect(filter.contains(gone) && !filter.contains(kept))
        var wider = PeerUpdate(publicKey: peer.publicKey)
        wider.removedAllowedIPs = try Self.blocks("192.168.0.0/16")
        wider.addedAllowedIPs = try Self.blocks("192.0.0.0/8")
        #expect(try Self.lost([peer], [.update(wider)]).isEmpty)
    }

    @Test("all of the internet that somebody gave a peer by hand goes without the connections of anybody else")
    func everything() throws {
        let peers = [try Self.peer("10.8.0.2/32", "0.0.0.0/0"), try Self.peer("10.8.0.3/32", number: 2)]
        var update = PeerUpdate(publicKey: peers[0].publicKey)
        update.removedAllowedIPs = [.everyV4]
        let filter = try Self.lost(peers, [.update(update)])
        // What is not reached through the interface was never the peer's, what another or it itself has is not lost.
        for text in ["203.0.113.1", "10.9.0.1", "10.8.0.2", "10.8.0.3"] {
            let address = try Self.address(text)
            #expect(!filter.contains(address), "\(text)")
        }
        for text in ["10.8.0.77", "192.168.1.1"] {
            let address = try Self.address(text)
            #expect(filter.contains(address), "\(text)")
        }
    }

    @Test("a block that goes from one peer to another takes no connection along")
    func moved() throws {
        for text in ["10.8.0.9/32", "192.168.7.0/24"] {
            let block = try IPPrefix(text)
            let peers = [try Self.peer(text), try Self.peer("10.8.0.3/32", number: 2)]
            var release = PeerUpdate(publicKey: peers[0].publicKey)
            release.removedAllowedIPs = [block]
            var claim = PeerUpdate(publicKey: peers[1].publicKey)
            claim.addedAllowedIPs = [block]
            let filter = try Self.lost(peers, [.update(release), .update(claim)])
            #expect(filter.blocks == [block])
        }
    }

    @Test("a block that one peer keeps a part of and then loses whole is lost whole")
    func lostLater() throws {
        var filter = ConnectionFilter(try Self.blocks("192.168.0.0/16"))
        filter.exclude(try IPPrefix("192.168.7.0/24"))
        filter.include(try IPPrefix("192.168.7.0/24"))
        #expect(filter.contains(try Self.address("192.168.7.1")))
    }
}
