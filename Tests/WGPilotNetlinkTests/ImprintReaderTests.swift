import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("The imprint in the replies of the WireGuard family")
struct ImprintReaderTests {
    private static func read(_ bytes: [UInt8], locating keys: Set<PublicKey> = []) throws -> (
        imprint: DeviceImprint, unlocated: Set<PublicKey>
    ) {
        var reader = ImprintReader(locating: keys)
        var rest = bytes[...]
        while let message = try NetlinkMessage.next(of: &rest) {
            if message.type != 3 { try reader.read(message) }
        }
        return reader.finish()
    }

    private static func bytes(_ imprint: DeviceImprint) -> [UInt8] {
        unsafe imprint.withBytes { unsafe Array($0) }
    }

    /// The same dump, read whole.
    private static func whole(_ bytes: [UInt8]) throws -> ObservedInterface {
        var device = WireGuardDevice()
        var rest = bytes[...]
        while let message = try NetlinkMessage.next(of: &rest) {
            if message.type != 3 { try WireGuardReplies.merge(message, into: &device, statusOnly: false) }
        }
        return ObservedInterface(
            name: try InterfaceName("wg0"), privateKey: device.privateKey, listenPort: device.listenPort, mtu: 1420,
            peers: device.peers)
    }

    @Test("is that of the device which the same dump gives")
    func agreement() throws {
        let imprint = try Self.read(Captures.device).imprint
        #expect(Self.bytes(imprint) == Self.bytes(try Self.whole(Captures.device).imprint))
        #expect(Self.bytes(imprint).count > 150)
    }

    @Test("is the same where a peer is continued in the next message")
    func continued() throws {
        let key = try #require(PublicKey(bytes: (0..<32).map { UInt8(0xC0 + $0) }))
        // As the kernel continues a peer: its key and more allowed IPs.
        var builder = AttributeBuilder(header: [0, 1, 0, 0])
        builder.nested(8) { peers in
            peers.nested(0) { peer in
                peer.put(1, bytes: key.bytes)
                peer.nested(9) { list in
                    list.nested(0) { block in
                        block.put(1, integer: UInt16(2))
                        block.put(2, bytes: [10, 0, 0, 0])
                        block.put(3, integer: UInt8(24))
                    }
                }
            }
        }
        let more = try NetlinkRequest(type: 28, flags: 2, body: builder.finish()).framed(sequence: 1, port: 1)
        // The end of the dump is cut off, to come after.
        var messages = Captures.device[...]
        var first: [UInt8] = []
        while let message = try NetlinkMessage.next(of: &messages), message.type != 3 {
            first = Array(Captures.device[..<messages.startIndex])
        }
        let dump = first + more
        let whole = try Self.whole(dump)
        #expect(whole.peers[key]?.allowedIPs.count == 2)
        #expect(Self.bytes(try Self.read(dump).imprint) == Self.bytes(whole.imprint))
    }

    @Test("tells which of the peers asked for have no endpoint")
    func endpoints() throws {
        let stranger = PrivateKey.generate().publicKey
        let known = Set(try Self.whole(Captures.device).peers.keys)
        #expect(known.count == 2)
        #expect(try Self.read(Captures.device, locating: known.union([stranger])).unlocated == [stranger])
        var bytes = Captures.device
        // The family of the first endpoint, AF_INET, becomes AF_UNSPEC: the kernel knows none.
        let endpoint = try #require(
            bytes.indices.first { Array(bytes[$0...].prefix(8)) == [2, 0, 0x11, 0x94, 192, 0, 2, 1] })
        bytes[endpoint] = 0
        #expect(try Self.read(bytes, locating: known).unlocated.count == 1)
    }

    @Test("is never had from a damaged dump by a crash", arguments: 0..<4)
    func mutation(_ number: UInt64) {
        var generator = SeededGenerator(seed: number)
        for _ in 0..<500 {
            var bytes = Captures.device
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = [0, 1, 3, 4, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            }
            _ = try? Self.read(bytes)
        }
    }
}
