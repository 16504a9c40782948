import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("The userspace interface")
struct UAPITests {
    private static func key(_ first: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: (0..<32).map { first + $0 }))
    }

    private static func parse(_ text: String, statusOnly: Bool = false) throws -> UAPIResponse {
        var response = UAPIResponse(statusOnly: statusOnly)
        try response.read(Array(text.utf8)[...])
        return response
    }

    private static func check(_ response: UAPIResponse) throws {
        #expect(response.isComplete && response.errno == 0)
        let device = response.device
        #expect(device.listenPort == 51999)
        #expect(device.privateKey == PrivateKey(bytes: Array(1...32)))
        #expect(device.peers.count == 2)
        let first = try #require(device.peers[try key(0xA0)])
        #expect(first.presharedKey == PresharedKey(bytes: Array(0x40...0x5F)))
        #expect(first.allowedIPs == [try IPPrefix("10.8.0.2"), try IPPrefix("fd00::2")])
        #expect(first.persistentKeepalive == 25)
        #expect(first.status.endpoint == (try SocketEndpoint("192.0.2.1:4500")))
        #expect(first.status.latestHandshake == nil)
        let second = try #require(device.peers[try key(0xC0)])
        #expect(second.presharedKey == nil)
        #expect(second.status.endpoint == (try SocketEndpoint("[2001:db8::1]:443")))
    }

    @Test("a captured answer is read whole, all at once, by single bytes and in two parts cut anywhere")
    func golden() throws {
        try Self.check(try Self.parse(Captures.userspace))
        let bytes = Array(Captures.userspace.utf8)
        var response = UAPIResponse()
        for byte in bytes { try response.read([byte]) }
        try Self.check(response)
        for cut in 0..<bytes.count {
            var response = UAPIResponse()
            try response.read(bytes[..<cut])
            #expect(!response.isComplete)
            try response.read(bytes[cut...])
            #expect(response.isComplete && response.device.peers.count == 2)
        }
    }

    @Test("an error number is read, and nothing else is left open")
    func refusal() throws {
        let response = try Self.parse("errno=-98\n\n")
        #expect(response.isComplete && response.errno == -98)
    }

    @Test("a link-local endpoint loses its zone and not its peer")
    func zone() throws {
        let key = String(repeating: "ab", count: 32)
        let response = try Self.parse("public_key=\(key)\nendpoint=[fe80::1%eth0]:7\nsurprise=1\nerrno=0\n\n")
        #expect(response.device.peers.values.first?.status.endpoint == (try SocketEndpoint("[fe80::1]:7")))
    }

    @Test(
        "hostile text is an error",
        arguments: [
            "\n", "errno\n", "errno=\n\n", "errno=x\n\n", "errno=99999999999\n\n", "errno=0\nerrno=0\n\n",
            "errno=0\n\nmore", "listen_port=65536\n", "listen_port=-1\n", "public_key=00\n",
            "public_key=" + String(repeating: "0g", count: 32) + "\n",
            "private_key=" + String(repeating: "é", count: 32) + "\n", String(repeating: "a", count: 600),
            "a=" + String(repeating: "b", count: 600) + "\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nallowed_ip=10.0.0.0/33\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nallowed_ip=10.0.0.0\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nendpoint=1.2.3.4\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nendpoint=:::1\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nrx_bytes=18446744073709551616\n",
            "public_key=" + String(repeating: "11", count: 32) + "\nlast_handshake_time_sec=9223372036854775808\n",
        ])
    func hostile(_ text: String) {
        #expect(throws: UAPIResponse.Malformed.self) { try Self.parse(text) }
    }

    @Test("random damage is never a crash", arguments: 0..<8)
    func mutation(_ number: UInt64) {
        var generator = SeededGenerator(seed: number)
        for _ in 0..<300 {
            var bytes = Array(Captures.userspace.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert([10, 61, 45, 58, 91].randomElement(using: &generator) ?? 0, at: place)
                }
            }
            var response = UAPIResponse()
            try? response.read(bytes[...])
        }
    }

    @Test("every hexadecimal digit is read, of either case, and no other character")
    func digits() throws {
        for value in 0...255 as ClosedRange<UInt8> {
            for upper in [false, true] {
                let pair = String(UInt16(value) + 256, radix: 16, uppercase: upper).dropFirst()
                let text = "public_key=" + String(repeating: String(pair), count: 32) + "\nerrno=0\n\n"
                #expect(try Self.parse(text).device.peers.keys.first?.bytes == [UInt8](repeating: value, count: 32))
            }
            let character = UnicodeScalar(value)
            guard value < 128, !character.properties.isASCIIHexDigit, value != 10 else { continue }
            let text = "public_key=0\(Character(character))" + String(repeating: "11", count: 31) + "\nerrno=0\n\n"
            #expect(throws: UAPIResponse.Malformed.self) { try Self.parse(text) }
        }
    }

    @Test("a change is written as the interface wants it")
    func request() throws {
        let peer = DesiredPeer(
            publicKey: try Self.key(0xA0), presharedKey: PresharedKey(bytes: Array(0x40...0x5F)),
            allowedIPs: [try IPPrefix("10.8.0.2/32"), try IPPrefix("fd00::2/128")], persistentKeepalive: 0,
            endpoint: try SocketEndpoint("[2001:db8::1]:443"))
        var update = PeerUpdate(publicKey: try Self.key(0xC0))
        update.presharedKey = .clear
        update.persistentKeepalive = 0
        update.removedAllowedIPs = [try IPPrefix("10.8.1.0/24")]
        let change = DeviceChange(
            privateKey: PrivateKey(bytes: Array(1...32)), listenPort: 51820,
            peers: [.remove(try Self.key(0x20)), .update(update), .add(peer)])
        let claimant = try Self.key(0x60)
        // The words and their meaning: https://www.wireguard.com/xplatform/#configuration-protocol.
        #expect(
            String(decoding: UAPIRequest.set(change, claimant: claimant), as: UTF8.self) == """
                set=1
                listen_port=51820
                private_key=0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60
                public_key=202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
                update_only=true
                remove=true
                public_key=606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f
                allowed_ip=10.8.1.0/24
                public_key=606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f
                update_only=true
                remove=true
                public_key=c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf
                update_only=true
                preshared_key=0000000000000000000000000000000000000000000000000000000000000000
                persistent_keepalive_interval=0
                public_key=a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf
                preshared_key=404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f
                endpoint=[2001:db8::1]:443
                persistent_keepalive_interval=0
                replace_allowed_ips=true
                allowed_ip=10.8.0.2/32
                allowed_ip=fd00::2/128


                """)
    }
}
