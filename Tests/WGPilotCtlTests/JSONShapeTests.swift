import Foundation
import Testing
import WGPilotJSON
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
            "holds_private_key", "has_preshared_key", "custody", "search_domains", "excluded_cidrs", "expires_at",
            "disabled_reason", "last_endpoint", "pending_public_key", "keys_change_at", "config_fetched_at",
            "config_stale", "bandwidth_up_kbps", "bandwidth_down_kbps",
        ]
        #expect(Set(try Self.object(PeerView(peer: Samples.peer)).keys) == Self.specified.union(ours))
        let told = PeerView(
            peer: Samples.peer, findings: [ConfigurationFindingMessage(code: "ipv6_leak", message: "…")],
            configuration: "[Interface]\n")
        #expect(Set(try Self.object(told).keys) == Self.specified.union(ours).union(["findings", "configuration"]))
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
        #expect(peer["custody"] as? String == "held")
        #expect(peer["expires_at"] as? Int == 5000)
        #expect(peer["excluded_cidrs"] as? [String] == ["192.168.0.0/16"])
        #expect(peer["config_stale"] as? Bool == true)
        #expect(peer["bandwidth_up_kbps"] as? Int == 800 && peer["bandwidth_down_kbps"] as? Int == 10_000)
        #expect(peer["kernel_keepalive"] as? Int == 5)
        #expect(peer["online"] as? Bool == true)
        #expect(peer["last_handshake"] as? Int == 3000)
        #expect(peer["transfer_rx"] as? Int == 1536)
        #expect(peer["transfer_tx"] as? Int == 10)
        let bare = try Self.object(PeerView(peer: Samples.barePeer))
        #expect(bare["endpoint"] as? String == "")
        #expect(bare["site_networks"] as? String == "")
        #expect(bare["last_handshake"] as? Int == 0)
        #expect(bare["custody"] as? String == "client")
        #expect(bare["excluded_cidrs"] as? [String] == [])
        // After a restart of the machine the kernel remembers nothing, and the hub does.
        var seen = Samples.barePeer
        seen.lastSeenAt = 900
        #expect(try Self.object(PeerView(peer: seen))["last_handshake"] as? Int == 900)
        #expect(bare["online"] as? Bool == false)
    }

    @Test("a network has the documented fields, in snake case")
    func networkKeys() throws {
        #expect(
            Set(try Self.object(NetworkView(network: Samples.network)).keys) == [
                "id", "name", "interface", "mode", "subnet", "subnet6", "listen_port", "public_key", "addresses",
                "dns_servers",
                "search_domains", "mtu", "link_mtu", "endpoint_host", "tunnel", "custom_cidrs", "nat",
                "peers_may_talk", "drift_policy", "custody", "bandwidth_up_kbps", "bandwidth_down_kbps", "enabled",
                "up", "peers", "created_at", "updated_at",
            ])
        let network = try Self.object(NetworkView(network: Samples.network))
        #expect(network["nat"] as? Bool == true)
        #expect(network["peers_may_talk"] as? Bool == false)
        #expect(network["drift_policy"] as? String == "repair")
        #expect(network["mtu"] as? Int == 1420)
        #expect(network["link_mtu"] as? Int == 1380)
    }

    @Test("a bridge has the documented fields")
    func bridge() throws {
        let bridge = try Self.object(BridgeView(bridge: Samples.bridge))
        #expect(
            Set(bridge.keys) == [
                "id", "network_a", "network_b", "direction", "allowed_cidrs", "enabled", "created_at", "updated_at",
            ])
        #expect(bridge["id"] as? Int == 3)
        #expect(bridge["network_a"] as? String == "office")
        #expect(bridge["network_b"] as? String == "lab")
        #expect(bridge["direction"] as? String == "a_to_b")
        #expect(bridge["allowed_cidrs"] as? [String] == ["10.9.0.0/25", "192.168.1.0/24"])
    }

    @Test("a rule has the documented fields; of its three possible owners it names one")
    func rule() throws {
        let common: Set = [
            "id", "position", "action", "destination", "protocol", "ports", "comment", "enabled", "created_at",
            "updated_at",
        ]
        let rule = try Self.object(RuleView(rule: Samples.rule))
        #expect(Set(rule.keys) == common.union(["tag"]))
        #expect(rule["protocol"] as? String == "tcp")
        #expect(rule["ports"] as? [String] == ["443", "8000-8100"])
        #expect(rule["position"] as? Int == 2)
        let bare = try Self.object(RuleView(rule: Samples.bareRule))
        #expect(Set(bare.keys) == common.union(["peer"]))
        #expect(bare["peer"] as? String == "office/laptop")
        #expect(bare["ports"] as? [String] == [])
        #expect(bare["comment"] as? String == "")
    }

    @Test("reachability has a path for each family; who decides is absent where nobody does")
    func reach() throws {
        let reach = try Self.object(ReachView(reply: Samples.reach))
        #expect(Set(reach.keys) == ["paths", "notes"])
        let paths = try #require(reach["paths"] as? [[String: Any]])
        #expect(Set(paths[0].keys) == ["source", "destination", "allowed", "reason", "rule", "bridge"])
        #expect(Set(paths[1].keys) == ["source", "destination", "allowed", "reason"])
        #expect(paths.map { $0["allowed"] as? Bool } == [true, false])
    }

    @Test("a check of the machine has the documented fields, the findings as they are listed")
    func doctor() throws {
        let doctor = try Self.object(DoctorView(reply: Samples.drift))
        #expect(
            Set(doctor.keys) == ["checks", "findings", "repairs", "foreign_interfaces", "settings_changed"])
        let checks = try #require(doctor["checks"] as? [[String: Any]])
        #expect(Set(checks[0].keys) == ["name", "result", "message"])
        let repairs = try #require(doctor["repairs"] as? [[String: Any]])
        #expect(Set(repairs[0].keys) == ["place", "steps", "repaired_at"])
        let findings = try #require(doctor["findings"] as? [[String: Any]])
        #expect(Set(findings[0].keys) == ["network", "item", "message", "can_adopt", "found_at", "ignored"])
        var json = JSONText()
        FindingListView(findings: Samples.drift.findings).write(to: &json)
        let listed = try #require(try Self.parsed(json.text) as? [[String: Any]])
        #expect(listed.map { $0["ignored"] as? Bool } == [false, true])
    }

    @Test("a decision, and a change that waits, have the documented fields")
    func decisions() throws {
        #expect(try Self.object(ResolvedDriftView(steps: ["a"]))["steps"] as? [String] == ["a"])
        let reply = PendingChangeReply(description: "network office: edit", confirmBy: 1060)
        let change = try Self.object(PendingChangeView(reply: reply, outcome: .shown))
        #expect(change["description"] as? String == "network office: edit")
        #expect(change["confirm_by"] as? Int == 1060)
        #expect(try Self.object(PendingChangeView(reply: PendingChangeReply(), outcome: .shown)).isEmpty)
    }

    @Test("a dry run has its plan, and the object in a field of its kind; a deletion has none")
    func dryRun() throws {
        let view = DryRunView(plan: ["a", "b"]) {
            $0.field("bridge") { BridgeView(bridge: Samples.bridge).write(to: &$0) }
        }
        let run = try Self.object(view)
        #expect(Set(run.keys) == ["dry_run", "plan", "bridge"])
        #expect(run["dry_run"] as? Bool == true)
        #expect(run["plan"] as? [String] == ["a", "b"])
        let bridge = try #require(run["bridge"] as? [String: Any])
        #expect(bridge["id"] as? Int == 3)
        #expect(Set(try Self.object(DryRunView(plan: [], fields: { _ in })).keys) == ["dry_run", "plan"])
    }

    @Test("an import has the network, the names of its peers and what was left out; a dry run has them too")
    func importShape() throws {
        let view = ImportView(
            reply: ImportNetworkReply(network: Samples.network, peers: ["laptop"], notes: ["PostUp was left out"]))
        let made = try Self.object(view)
        #expect(Set(made.keys) == ["network", "peers", "notes"])
        let network = try #require(made["network"] as? [String: Any])
        #expect(network["name"] as? String == "office")
        let tried = try Self.object(DryRunView(plan: [], fields: view.writeFields))
        #expect(Set(tried.keys) == ["dry_run", "plan", "network", "peers", "notes"])
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
            "\u{80}\u{9F}\u{A0}\u{BF}",
        ])
    func escaping(text: String) throws {
        var peer = Samples.peer
        peer.notes = text
        #expect(try Self.object(PeerView(peer: peer))["notes"] as? String == text)
    }
}
