import Testing
import WGPilotProtocol

@Suite("A peer on the wire")
struct PeerMessageTests {
    private static func peer() -> PeerMessage {
        PeerMessage(
            id: 7, networkID: 1, name: "laptop", email: "", publicKey: "k", addresses: ["10.8.0.2"], role: "client",
            siteNetworks: [], persistentKeepalive: 0, hubKeepalive: 0, extraCIDRs: [], notes: "", tags: [],
            enabled: false, holdsPrivateKey: true, hasPresharedKey: false, createdAt: 0, updatedAt: 0)
    }

    @Test("fields that are empty are left off the wire and come back empty")
    func emptyFields() throws {
        let bytes = try CBOREncoder().encode(Self.peer())
        // RFC 8949 §3.1: a map of 12 entries (0xA0 + 12) whose first is 1: 7.
        #expect(bytes.starts(with: [0xAC, 0x01, 0x07]))
        #expect(try CBORDecoder().decode(PeerMessage.self, from: bytes) == Self.peer())
    }

    @Test("fields that are not empty come back as they were")
    func fullFields() throws {
        var peer = Self.peer()
        peer.email = "a@example.org"
        peer.siteNetworks = ["192.168.7.0/24"]
        peer.hubKeepalive = 25
        peer.extraCIDRs = ["10.0.0.0/8"]
        peer.notes = "n"
        peer.tags = ["t"]
        peer.endpoint = "192.0.2.1:1"
        peer.tunnel = "full"
        peer.dnsServers = []
        peer.mtu = 1280
        peer.status = PeerStatusMessage(received: 1, sent: 2, persistentKeepalive: 3, online: true)
        let bytes = try CBOREncoder().encode(peer)
        #expect(try CBORDecoder().decode(PeerMessage.self, from: bytes) == peer)
    }
}
