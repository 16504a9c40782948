import Foundation
import Testing
import WGPilotJSON
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("What a terminal is shown")
struct PrintableTextTests {
    /// Clears a screen, by escape and by C1; moves the cursor; begins a line; turns the direction round.
    static let hostile = "a\u{1B}[2J\u{9B}2J\r\u{8}\t\u{0}\u{7F}\nb\u{2028}c\u{202E}d\u{2066}e\u{FEFF}f\u{E000}"

    @Test(
        "text that prints stays as it is, in every script",
        arguments: [
            "", "laptop", "a\\b\"c'", "Jürgens Gerät", "日本", "👩‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום", "می‌خواهم", "10.8.0.2 → 10.8.0.3",
        ])
    func keeps(text: String) {
        #expect(PrintableText.of(text) == text)
    }

    // In the way of Swift's own literals, as Unicode.Scalar.escaped(asASCII:) documents.
    @Test(
        "what a terminal obeys is written out",
        arguments: [
            ("a\u{1B}[31mb", "a\\u{1B}[31mb"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("\u{9B}2J", "\\u{009B}2J"),
            ("a\u{202E}b", "a\\u{202E}b"), ("é\u{0}", "é\\0"), ("\u{2028}", "\\u{2028}"),
        ])
    func escapes(text: String, printed: String) {
        #expect(PrintableText.of(text) == printed)
    }

    /// Every view, its texts all the given one.
    private static func views(_ text: String) -> [any Renderable] {
        let network = NetworkMessage(
            id: 1, name: text, interface: text, mode: text, subnet: text, subnet6: text, listenPort: 1,
            publicKey: text, dnsServers: [text], searchDomains: [text], mtu: 1, endpointHost: text, tunnel: text,
            customCIDRs: [text], enabled: true, createdAt: 1, updatedAt: 1, hubAddresses: [text], peers: 1,
            driftPolicy: text, linkMTU: 1)
        let peer = PeerMessage(
            id: 1, networkID: 1, name: text, email: text, publicKey: text, addresses: [text], role: text,
            siteNetworks: [text], endpoint: text, persistentKeepalive: 1, hubKeepalive: 1, tunnel: text,
            extraCIDRs: [text], dnsServers: [text], mtu: 1, notes: "x", tags: [text], enabled: true,
            holdsPrivateKey: true, hasPresharedKey: true, createdAt: 1, updatedAt: 1)
        let bridge = BridgeMessage(
            id: 1, networkA: text, networkB: text, direction: text, allowedCIDRs: [text], enabled: true, createdAt: 1,
            updatedAt: 1)
        let rule = RuleMessage(
            id: 1, network: text, tag: text, peer: text, position: 1, action: text, destination: text,
            transport: text, ports: [text], comment: text, enabled: true, createdAt: 1, updatedAt: 1)
        let drift = DriftReply(
            checks: [CheckMessage(name: text, result: text, message: text)],
            findings: [
                FindingMessage(
                    network: text, item: text, message: text, canAdopt: true, foundAt: 1, isIgnored: false)
            ],
            repairs: [RepairMessage(place: text, steps: [text], repairedAt: 1)], foreignInterfaces: [text],
            settingsChanged: [text])
        let info = SystemInfo(
            version: text, backend: text, backendVersion: text, role: text, networks: 1, peers: 1, endpointHost: text,
            endpointIsGuess: true, startedAt: 1, pending: [text], foreignInterfaces: [text])
        let path = ReachMessage(source: text, destination: text, allowed: false, reason: text, rule: 1)
        return [
            NetworkView(network: network), NetworkListView(networks: [network]), PeerView(peer: peer),
            BridgeView(bridge: bridge), BridgeListView(bridges: [bridge]), RuleView(rule: rule),
            RuleListView(rules: [rule]), DoctorView(reply: drift), FindingListView(findings: drift.findings),
            ResolvedDriftView(steps: [text]), StatusView(info: info, networks: [network]),
            ReconcileView(reply: ReconcileReply(steps: [text], pending: [text])),
            ReachView(reply: ReachReply(paths: [path], notes: [text])),
            DryRunView(plan: [text], fields: { _ in }),
            PendingChangeView(reply: PendingChangeReply(description: text, confirmBy: 1), outcome: .shown),
            PendingChangeView(reply: PendingChangeReply(description: text), outcome: .kept),
            PendingChangeView(reply: PendingChangeReply(description: text), outcome: .undone),
            ImportView(reply: ImportNetworkReply(network: network, peers: [text], notes: [text])),
        ]
    }

    @Test("no text of the daemon reaches a terminal as a command, nor makes a line of its own")
    func views() {
        for (view, harmless) in zip(Self.views(Self.hostile), Self.views("x")) {
            let text = view.table(now: 0)
            for scalar in text.unicodeScalars where scalar != "\n" {
                let category = scalar.properties.generalCategory
                #expect(category != .control && category != .format, "\(type(of: view))")
            }
            #expect(text.count { $0 == "\n" } == harmless.table(now: 0).count { $0 == "\n" }, "\(type(of: view))")
        }
        var list = PeerListView(.table, now: 0)
        var peer = Samples.peer
        peer.endpoint = Self.hostile
        peer.status = nil
        list.add([peer])
        #expect(list.rendered().count { $0 == "\n" } == 2)
        #expect(!list.rendered().contains("\u{1B}"))
    }

    @Test("JSON holds no byte that a terminal obeys but line breaks, and is read back as it was")
    func json() throws {
        for view in Self.views(Self.hostile) {
            var json = JSONText()
            view.write(to: &json)
            #expect(
                json.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
                "\(type(of: view))")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(json.text.utf8)) }
        }
    }
}
