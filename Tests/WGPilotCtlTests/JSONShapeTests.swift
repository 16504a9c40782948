import Foundation
import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("The JSON for programs")
struct JSONShapeTests {
    private static func object(_ value: some Renderable) throws -> [String: Any] {
        var json = JSONText()
        value.write(to: &json)
        return try #require(try parsed(json.text) as? [String: Any])
    }

    private static func parsed(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    // The interface `Peer` of the peer specification: programs written for the HTTP API read these from the command too.
    private static let specified: Set = [
        "id", "network_id", "name", "email", "public_key", "allowed_ips", "endpoint", "persistent_keepalive", "role",
        "site_networks", "enabled", "online", "last_handshake", "transfer_rx", "transfer_tx", "created_at",
        "updated_at",
    ]

    @Test("a peer has the fields that the specification gives it, and those that are documented beside them")
    func peerKeys() throws {
        let ours: Set = [
            "addresses", "hub_keepalive", "kernel_keepalive", "tunnel", "extra_cidrs", "dns_servers", "mtu", "notes",
            "tags",
            "holds_private_key", "has_preshared_key",
        ]
        #expect(Set(try Self.object(PeerView(peer: Samples.peer)).keys) == Self.specified.union(ours))
        // A bare peer lacks nothing that the specification has.
        #expect(Self.specified.isSubset(of: try Self.object(PeerView(peer: Samples.barePeer)).keys))
    }

    @Test("a peer's values are in the specification's types")
    func peerValues() throws {
        let peer = try Self.object(PeerView(peer: Samples.peer))
        #expect(peer["id"] as? Int == 7)
        #expect(peer["network_id"] as? Int == 2)
        #expect(peer["allowed_ips"] as? String == "10.8.0.7/32,fd00:8::7/128,192.168.1.0/24,fd01::/64")
        #expect(peer["site_networks"] as? String == "192.168.1.0/24,fd01::/64")
        #expect(peer["endpoint"] as? String == "203.0.113.9:1024")
        #expect(peer["persistent_keepalive"] as? Int == 25)
        #expect(peer["kernel_keepalive"] as? Int == 5)
        #expect(peer["online"] as? Bool == true)
        #expect(peer["last_handshake"] as? Int == 3000)
        #expect(peer["transfer_rx"] as? Int == 1536)
        #expect(peer["transfer_tx"] as? Int == 10)
        let bare = try Self.object(PeerView(peer: Samples.barePeer))
        #expect(bare["endpoint"] as? String == "")
        #expect(bare["site_networks"] as? String == "")
        #expect(bare["last_handshake"] as? Int == 0)
        #expect(bare["online"] as? Bool == false)
    }

    @Test("a network has the documented fields, in snake case")
    func networkKeys() throws {
        #expect(
            Set(try Self.object(NetworkView(network: Samples.network)).keys) == [
                "id", "name", "interface", "mode", "subnet", "subnet6", "listen_port", "public_key", "addresses",
                "dns_servers",
                "search_domains", "mtu", "endpoint_host", "tunnel", "custom_cidrs", "enabled", "up", "peers",
                "created_at",
                "updated_at",
            ])
    }

    @Test("the status has the documented fields, with the networks as they are listed")
    func statusKeys() throws {
        let view = StatusView(info: Samples.info, networks: [Samples.network])
        let status = try Self.object(view)
        #expect(
            Set(status.keys) == [
                "version", "backend", "backend_version", "role", "endpoint_host", "endpoint_is_guess", "started_at",
                "peers",
                "pending", "foreign_interfaces", "networks",
            ])
        let networks = try #require(status["networks"] as? [[String: Any]])
        #expect(Set(networks[0].keys) == Set(try Self.object(NetworkView(network: Samples.network)).keys))
    }

    @Test("a comparison has the documented fields")
    func reconcileKeys() throws {
        let view = ReconcileView(reply: ReconcileReply(steps: ["a"], pending: ["b"]))
        #expect(Set(try Self.object(view).keys) == ["steps", "pending"])
    }

    @Test("lists are arrays of the same objects, an empty one too")
    func lists() throws {
        #expect(PeerListView(.json, now: 0).rendered() == "[]\n")
        var list = PeerListView(.json, now: 0)
        for peer in [Samples.peer, Samples.barePeer] { list.add([peer]) }
        let peers = try #require(try Self.parsed(list.rendered()) as? [[String: Any]])
        #expect(peers.map { $0["id"] as? Int } == [7, 12])
        var json = JSONText()
        NetworkListView(networks: [Samples.network]).write(to: &json)
        let networks = try #require(try Self.parsed(json.text) as? [[String: Any]])
        #expect(networks.map { $0["id"] as? Int } == [2])
    }

    @Test(
        "text that means something to JSON comes back as it was",
        arguments: [
            "a\"b", "back\\slash", "two\nlines", "tab\tand\u{1}control\u{7F}", "Jürgens Gerät 🙂", "\u{2028}", "",
        ])
    func escaping(text: String) throws {
        var peer = Samples.peer
        peer.notes = text
        #expect(try Self.object(PeerView(peer: peer))["notes"] as? String == text)
    }
}
