import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Replies of the WireGuard family")
struct WireGuardRepliesTests {
    private static func merge(
        _ bytes: [UInt8], into device: inout WireGuardDevice, statusOnly: Bool = false
    ) throws {
        var rest = bytes[...]
        while let message = try NetlinkMessage.next(of: &rest) {
            if message.type == 3 { continue }
            try WireGuardReplies.merge(message, into: &device, statusOnly: statusOnly)
        }
    }

    private static func key(_ first: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: (0..<32).map { first + $0 }))
    }

    @Test("a captured dump is read whole")
    func golden() throws {
        var device = WireGuardDevice()
        try Self.merge(Captures.device, into: &device)
        #expect(device.listenPort == 51820)
        // The kernel tells the public key too; ours is computed.
        #expect(device.privateKey?.publicKey.bytes == Array(Captures.device[96..<128]))
        #expect(device.privateKey == PrivateKey(bytes: Array(1...32)))
        #expect(device.peers.count == 2)
        let first = try #require(device.peers[try Self.key(0xA0)])
        #expect(first.presharedKey == PresharedKey(bytes: Array(0x40...0x5F)))
        #expect(first.allowedIPs == [try IPPrefix("10.8.0.2"), try IPPrefix("fd00::2")])
        #expect(first.persistentKeepalive == 25 && first.status.persistentKeepalive == 25)
        #expect(first.status.endpoint == (try SocketEndpoint("192.0.2.1:4500")))
        #expect(first.status.latestHandshake == nil, "zero is never, not 1970")
        let second = try #require(device.peers[try Self.key(0xC0)])
        #expect(second.presharedKey == nil, "all zeros is none")
        #expect(second.allowedIPs == [try IPPrefix("10.8.1.0/24")])
        #expect(second.status.endpoint == (try SocketEndpoint("[2001:db8::1]:443")))
    }

    @Test("status alone leaves keys and allowed IPs out")
    func statusOnly() throws {
        var device = WireGuardDevice()
        try Self.merge(Captures.device, into: &device, statusOnly: true)
        #expect(device.privateKey == nil && device.listenPort == 51820)
        #expect(device.peers.count == 2)
        #expect(device.peers.values.allSatisfy { $0.presharedKey == nil && $0.allowedIPs.isEmpty })
        #expect(device.peers[try Self.key(0xA0)]?.status.persistentKeepalive == 25)
    }

    @Test("a peer that is continued in the next message keeps what the first said of it")
    func continued() throws {
        var device = WireGuardDevice()
        try Self.merge(Captures.device, into: &device)
        // As the kernel continues a peer: its key and more allowed IPs.
        var builder = AttributeBuilder(header: [0, 1, 0, 0])
        builder.nested(8) { peers in
            peers.nested(0) { peer in
                peer.put(1, bytes: (0..<32).map { 0xA0 + $0 } as [UInt8])
                peer.nested(9) { list in
                    list.nested(0) { block in
                        block.put(1, integer: UInt16(2))
                        block.put(2, bytes: [10, 9, 0, 0])
                        block.put(3, integer: UInt8(16))
                    }
                }
            }
        }
        let request = NetlinkRequest(type: 32, flags: 2, body: try builder.finish())
        try Self.merge(try request.framed(sequence: 1, port: 1), into: &device)
        let peer = try #require(device.peers[try Self.key(0xA0)])
        let last = try IPPrefix("10.9.0.0/16")
        #expect(peer.allowedIPs.count == 3 && peer.allowedIPs.contains(last))
        #expect(peer.persistentKeepalive == 25 && peer.presharedKey != nil && peer.status.endpoint != nil)
    }

    @Test(
        "peers whose allowed IPs are split over messages and datagrams at any place are merged exactly",
        arguments: 1...20 as ClosedRange<UInt64>)
    func splitPeers(seed: UInt64) throws {
        try Self.checkSplitPeers(seed: seed, most: 12, counts: [0, 1, 2, 300])
    }

    @Test("twenty thousand peers are read back from the thousands of messages that tell of them")
    func veryManyPeers() throws {
        try Self.checkSplitPeers(seed: 1, least: 20_000, most: 20_000, counts: [1, 3, 5])
    }

    private static func checkSplitPeers(seed: UInt64, least: Int = 1, most: Int, counts: [Int]) throws {
        var random = SeededGenerator(seed: seed)
        var expected: [PublicKey: Set<IPPrefix>] = [:]
        var answer: [UInt8] = []
        for number in 0..<Int.random(in: least...most, using: &random) {
            let bytes = random.bytes(32)
            let key = try #require(PublicKey(bytes: bytes))
            let count = counts.randomElement(using: &random) ?? 0
            let blocks = (0..<count).map { host -> IPAddress in
                Bool.random(using: &random)
                    ? .v4(IPv4Address(rawValue: UInt32(10) << 24 | UInt32(number) << 9 | UInt32(host)))
                    : .v6(IPv6Address(rawValue: UInt128(0xFD) << 120 | UInt128(number) << 64 | UInt128(host)))
            }
            expected[key] = Set(blocks.map(\.hostPrefix))
            // The first part says everything of the peer, as the kernel does, and the rest its key and more blocks.
            var rest = blocks[...]
            var isFirst = true
            repeat {
                let part = rest.prefix(isFirst ? Int.random(in: 0...count, using: &random) : 120)
                rest = rest.dropFirst(part.count)
                var builder = AttributeBuilder(header: [0, 1, 0, 0])
                builder.nested(8) { peers in
                    peers.nested(0) { peer in
                        peer.put(1, bytes: bytes)
                        if isFirst { peer.put(5, integer: UInt16(number)) }
                        if !part.isEmpty {
                            peer.nested(9) { list in
                                for address in part {
                                    list.nested(0) { block in
                                        block.put(2, bytes: address.bytes)
                                        block.put(3, integer: address.bitWidth)
                                    }
                                }
                            }
                        }
                    }
                }
                isFirst = false
                let request = NetlinkRequest(type: 32, flags: 2, body: try builder.finish())
                answer += try request.framed(sequence: 1, port: 1)
            } while !rest.isEmpty
        }
        var device = WireGuardDevice()
        try Self.merge(answer, into: &device)
        #expect(device.peers.mapValues(\.allowedIPs) == expected, "\(random)")
    }

    @Test("attributes of every type with any payload, nested to no purpose, are an error or less", arguments: 0..<20)
    func garbage(_ number: UInt64) throws {
        var random = SeededGenerator(seed: number)
        func fill(_ builder: inout AttributeBuilder, depth: Int) {
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let type = UInt16.random(in: 0...20, using: &random)
                if depth < 6, Bool.random(using: &random) {
                    builder.nested(type) { fill(&$0, depth: depth + 1) }
                } else {
                    let sizes = [0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 200]
                    builder.put(type, bytes: random.bytes(sizes.randomElement(using: &random) ?? 0))
                }
            }
        }
        for _ in 0..<500 {
            let headers = [[UInt8](repeating: 0, count: 4), random.bytes(8), random.bytes(12), random.bytes(16)]
            var builder = AttributeBuilder(header: headers.randomElement(using: &random) ?? [])
            fill(&builder, depth: 0)
            let types: [UInt16] = [2, 3, 16, 17, 20, 24, 32]
            let request = NetlinkRequest(
                type: types.randomElement(using: &random) ?? 0, flags: 2, body: try builder.finish())
            var bytes = try request.framed(sequence: 1, port: 1)
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                bytes.overwrite(at: 0, with: UInt32(bytes.count).hostOrder)
            }
            var rest = bytes[...]
            var device = WireGuardDevice()
            while let message = try? NetlinkMessage.next(of: &rest) {
                try? WireGuardReplies.merge(message, into: &device, statusOnly: false)
                for peer in device.peers.values {
                    #expect(peer.allowedIPs.allSatisfy { $0.length <= $0.address.bitWidth }, "\(random)")
                }
                _ = try? RouteReplies.link(message)
                if let (_, address) = try? RouteReplies.address(message) {
                    #expect(address.address.prefixLength <= address.address.address.bitWidth, "\(random)")
                }
                if let route = try? RouteReplies.route(message) {
                    #expect(route.destination.length <= route.destination.address.bitWidth, "\(random)")
                }
                _ = try? GenericNetlink.familyNumber(message)
                _ = try? message.outcome()
            }
            var reader = AnswerReader(sequence: 1, port: 1, isDump: true)
            _ = try? reader.read(bytes[...]) { (_) throws(NetlinkError) in }
        }
    }

    @Test("counters and times use all of their bits")
    func counters() throws {
        var bytes = Captures.device
        let received = try #require(bytes.range(of: [12, 0, 7, 0]))
        bytes.overwrite(at: received + 4, with: UInt64.max.hostOrder)
        let time = try #require(bytes.range(of: [0x14, 0, 6, 0]))
        bytes.overwrite(at: time + 4, with: Int64(1_800_000_000).hostOrder)
        var device = WireGuardDevice()
        try Self.merge(bytes, into: &device)
        let status = try #require(device.peers[try Self.key(0xA0)]?.status)
        #expect(status.received == .max && status.latestHandshake == 1_800_000_000)
        bytes.overwrite(at: time + 4, with: Int64.min.hostOrder)
        device = WireGuardDevice()
        try Self.merge(bytes, into: &device)
        #expect(device.peers[try Self.key(0xA0)]?.status.latestHandshake == nil)
    }

    @Test("a dump cut at any place, its lengths made to fit, is an error or less, never a crash")
    func truncation() {
        let message = Array(Captures.device.prefix(560))
        for length in 20..<message.count {
            var bytes = Array(message.prefix(length))
            bytes.overwrite(at: 0, with: UInt32(length).hostOrder)
            var device = WireGuardDevice()
            try? Self.merge(bytes, into: &device)
            #expect(device.peers.count < 2)
        }
    }

    @Test("random damage is never a crash", arguments: 0..<8)
    func mutation(_ number: UInt64) {
        var generator = SeededGenerator(seed: number)
        let captures = [
            Captures.device, Captures.family, Captures.address4, Captures.address6, Captures.routes, Captures.link,
        ]
        for _ in 0..<400 {
            var bytes = captures[Int.random(in: 0..<captures.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] =
                    [0, 1, 3, 4, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator) ?? 0
            }
            var rest = bytes[...]
            var device = WireGuardDevice()
            while let message = try? NetlinkMessage.next(of: &rest) {
                try? WireGuardReplies.merge(message, into: &device, statusOnly: false)
                _ = try? RouteReplies.link(message)
                _ = try? RouteReplies.address(message)
                _ = try? RouteReplies.route(message)
                _ = try? GenericNetlink.familyNumber(message)
                _ = try? message.outcome()
            }
        }
    }
}

extension [UInt8] {
    /// Where the bytes first stand.
    fileprivate func range(of bytes: [UInt8]) -> Int? {
        guard count >= bytes.count else { return nil }
        return (0...count - bytes.count).first { Array(self[$0..<$0 + bytes.count]) == bytes }
    }
}
