import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

/// Real packets through the rules, in and out by tunnels that bear the networks' names.
extension NftablesBackendBehaviourTests {
    @Test(
        "what a question about reachability is answered is what becomes of a packet, whatever the state",
        .timeLimit(.minutes(5)))
    func reachability() async throws {
        try await cleaning {
            try await NftablesHub.with { hub in
                var generator = SeededGenerator()
                var tally = [true: 0, false: 0]
                for _ in 0..<16 {
                    let state = try NftablesSamples.state(&generator)
                    let text = try #require(FirewallRuleset(state).text)
                    try await nftables.replaceFirewall(text)
                    for _ in 0..<24 {
                        let (query, interface) = try NftablesSamples.query(&generator, state)
                        let verdict = state.verdict(for: query)
                        let packet = NftablesPacket(
                            from: query.source, to: query.destination, query.transport, sourcePort: hub.nextNumber(),
                            port: query.port ?? 0)
                        let seen = try hub.send(packet, by: interface)
                        let passed = seen.values.joined().contains { packet.isFollowed(by: $0) }
                        tally[passed, default: 0] += 1
                        #expect(
                            passed == verdict.isAllowed,
                            "\(generator): \(query), \(verdict.explanation)\n\(text)")
                        if passed, let outside = seen["out0"]?.first(where: { packet.isFollowed(by: $0) }) {
                            let from = state.networks.first { $0.interface.description == interface }
                            let hubs = try [
                                NftablesSamples.address("198.51.100.1"), NftablesSamples.address("2001:db8::1"),
                            ]
                            #expect(
                                hubs.contains(outside.source) == (from?.nat == true)
                                    || outside.destination == query.source, "\(generator): \(query)\n\(text)")
                        }
                    }
                }
                // A test that only sees the one says nothing of the other.
                #expect(tally[true, default: 0] > 40 && tally[false, default: 0] > 40, "\(generator): \(tally)")
            }
        }
    }

    @Test("answers pass, also where nobody may begin the other way; a new rule ends what was allowed before")
    func conversations() async throws {
        try await cleaning {
            try await NftablesHub.with { hub in
                let (one, two) = (try NftablesSamples.network(0), try NftablesSamples.network(1, mode: .hubRouted))
                let peer = try NftablesSamples.address("172.20.0.5")
                let other = try NftablesSamples.address("172.20.1.7")
                let bridge = FirewallBridge(id: 1, from: one.interface, to: two.interface)
                let rule = ResolvedAccessRule(id: 4, action: .deny, destinations: [other.hostPrefix], service: .any)
                let open = FirewallState(networks: [one, two], bridges: [bridge])
                var narrowed = open
                narrowed.access = AccessPolicy(
                    lists: [AccessList(owner: .network(1), rules: [rule])], networks: [one.interface: 0])
                for transport in [AccessService.TransportProtocol.tcp, .udp, .icmp] {
                    try await nftables.replaceFirewall(FirewallRuleset(open).text)
                    let packet = NftablesPacket(
                        from: peer, to: other, transport, sourcePort: hub.nextNumber(), port: 80)
                    #expect(try hub.send(packet, by: "fw0")["fw1"] == [packet])
                    #expect(try hub.send(packet.answer, by: "fw1")["fw0"] == [packet.answer])
                    let back = NftablesPacket(
                        from: other, to: peer, transport, sourcePort: hub.nextNumber(), port: 80)
                    #expect(try hub.send(back, by: "fw1")["fw0"] == [], "no bridge leads back")

                    try await nftables.replaceFirewall(FirewallRuleset(narrowed).text)
                    #expect(try hub.send(packet, by: "fw0")["fw1"] == [], "an old conversation is judged anew")
                }
            }
        }
    }

    @Test("while the rules are replaced over and over all passes that is allowed, and the doors stay shut")
    func replacing() async throws {
        try await cleaning {
            try await NftablesHub.with { hub in
                let network = try NftablesSamples.network(0)
                let peer = try NftablesSamples.address("172.20.0.5")
                let text = try #require(FirewallRuleset(FirewallState(networks: [network])).text)
                try await nftables.replaceFirewall(text)
                let nftables = nftables
                async let replaced: Void = {
                    for _ in 0..<200 { try await nftables.replaceFirewall(text) }
                }()
                var slipped = 0
                for _ in 0..<400 {
                    let allowed = NftablesPacket(
                        from: peer, to: try NftablesSamples.address("198.51.100.5"), .udp,
                        sourcePort: hub.nextNumber(), port: 53)
                    #expect(try hub.send(allowed, by: "fw0")["out0"]?.contains(allowed) == true)
                    let denied = NftablesPacket(
                        from: peer, to: try NftablesSamples.address("172.20.0.6"), .udp, sourcePort: hub.nextNumber(),
                        port: 53)
                    slipped += try hub.send(denied, by: "fw0")["fw0"]?.count ?? 0
                }
                try await replaced
                #expect(slipped == 0)
            }
        }
    }

    @Test("segments are cut to what fits both ways through a network, and elsewhere are left alone")
    func segments() async throws {
        try await cleaning {
            try await NftablesHub.with { hub in
                try await hub.setMTU(of: "fw0", to: 1380)
                try await nftables.replaceFirewall(
                    FirewallRuleset(FirewallState(networks: [try NftablesSamples.network(0)])).text)
                for (source, destination, headers) in [
                    ("172.20.0.5", "198.51.100.5", 40), ("fd00:20:0::5", "2001:db8::5", 60),
                ] {
                    let packet = NftablesPacket(
                        from: try NftablesSamples.address(source), to: try NftablesSamples.address(destination), .tcp,
                        sourcePort: hub.nextNumber(), port: 80)
                    let there = try #require(try hub.send(packet, by: "fw0")["out0"]?.first)
                    #expect(Int(there.maximumSegment) == 1380 - headers)
                    let back = try #require(try hub.send(packet.answer, by: "out0")["fw0"]?.first)
                    #expect(Int(back.maximumSegment) == 1380 - headers)
                }
                let elsewhere = NftablesPacket(
                    from: try NftablesSamples.address("198.51.100.5"), to: try NftablesSamples.address("203.0.113.5"),
                    .tcp, sourcePort: hub.nextNumber(), port: 80)
                #expect(try hub.send(elsewhere, by: "out0")["out1"]?.first?.maximumSegment == 1460)
            }
        }
    }
}

extension NftablesPacket {
    /// Whether the other is this packet further on its way, its source translated or not, or the hub's answer to it.
    fileprivate func isFollowed(by other: NftablesPacket) -> Bool {
        guard protocolNumber == other.protocolNumber else { return false }
        if other.destination == destination {
            return other.sourcePort == sourcePort && other.destinationPort == destinationPort
        }
        return other.source == destination && other.destination == source
            && (other.destinationPort == sourcePort || other.destinationPort == 0 && other.sourcePort == sourcePort)
    }
}
