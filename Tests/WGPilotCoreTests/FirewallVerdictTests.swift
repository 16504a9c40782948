import Testing
import WGPilotCore

/// That the answers are what the kernel does with packets is held by the behaviour suite of the packet filter.
@Suite("FirewallVerdict")
struct FirewallVerdictTests {
    private func ask(
        _ state: FirewallState, _ source: String, _ destination: String,
        _ transport: AccessService.TransportProtocol = .any, _ port: UInt16? = nil
    ) throws -> FirewallVerdict {
        state.verdict(
            for: FirewallQuery(
                source: try FirewallSamples.address(source), destination: try FirewallSamples.address(destination),
                transport: transport, port: port))
    }

    @Test("gateway: the outside is reached and never reaches in; peers are apart unless they may talk")
    func gateway() throws {
        let apart = FirewallState(networks: [try FirewallSamples.network(dualStack: true)])
        #expect(try ask(apart, "10.8.0.2", "9.9.9.9").decidedBy == .defaultAllow)
        #expect(try ask(apart, "fd00:8::2", "2001:db8::1").isAllowed)
        #expect(try ask(apart, "9.9.9.9", "10.8.0.2").decidedBy == .topology)
        #expect(try !ask(apart, "9.9.9.9", "10.8.0.2").isAllowed)
        #expect(try !ask(apart, "10.8.0.2", "10.8.0.3").isAllowed)
        #expect(
            try ask(apart, "10.8.0.2", "10.8.0.3").explanation == "the peers of wg0 may not talk to each other")
        let talking = FirewallState(networks: [try FirewallSamples.network(peersMayTalk: true)])
        #expect(try ask(talking, "10.8.0.2", "10.8.0.3").isAllowed)
    }

    @Test("what is in no network is not judged, nor is the hub itself, and families do not mix")
    func beyond() throws {
        let state = FirewallState(networks: [try FirewallSamples.network(dualStack: true)])
        #expect(try ask(state, "9.9.9.9", "8.8.8.8").isAllowed)
        #expect(try ask(state, "9.9.9.9", "10.8.0.1").isAllowed)
        #expect(try ask(state, "10.8.0.1", "10.8.0.2").isAllowed)
        #expect(try ask(state, "10.8.0.2", "10.8.0.1").isAllowed)
        #expect(try !ask(state, "10.8.0.2", "fd00:8::2").isAllowed)
        #expect(try ask(FirewallState(), "10.8.0.2", "10.8.0.3").isAllowed)
    }

    @Test(
        "the machine's own addresses are the hub's: every mode reaches them, rules judge them; loopback is not reached")
    func machine() throws {
        let machine = try Set(["192.0.2.1", "2001:db8::7", "10.255.0.1"].map { try FirewallSamples.address($0) })
        var state = FirewallState(networks: [
            try FirewallSamples.network(mode: .hubRouted, dualStack: true), try FirewallSamples.network(1),
        ])
        func ask(_ source: String, _ destination: String) throws -> FirewallVerdict {
            state.verdict(
                for: FirewallQuery(
                    source: try FirewallSamples.address(source), destination: try FirewallSamples.address(destination)),
                machine: machine)
        }
        for destination in ["192.0.2.1", "10.255.0.1"] {
            #expect(try ask("10.8.0.2", destination).decidedBy == .defaultAllow)
            #expect(try ask("10.8.0.2", destination).isAllowed)
        }
        #expect(try ask("fd00:8::2", "2001:db8::7").isAllowed)
        #expect(try !ask("10.8.0.2", "192.0.2.2").isAllowed)
        #expect(try !ask("10.8.0.2", "127.0.0.1").isAllowed && !ask("fd00:8::2", "::1").isAllowed)
        // The hub's address in another network stays behind a bridge though it is an address of the machine.
        #expect(try !ask("10.8.0.2", "10.9.0.1").isAllowed)
        #expect(try ask("192.0.2.1", "10.8.0.2").isAllowed && ask("192.0.2.9", "192.0.2.1").isAllowed)
        state.access = AccessPolicy(
            lists: [AccessList(owner: .network(1), rules: [try FirewallSamples.rule(4, .deny, ["192.0.2.0/24"])])],
            networks: [try InterfaceName("wg0"): 0])
        #expect(try ask("10.8.0.2", "192.0.2.1").decidedBy == .rule(4))
    }

    @Test("what is switched off is reached by nobody, nor does it lie outside")
    func switchedOff() throws {
        let state = FirewallState(
            networks: [try FirewallSamples.network()],
            switchedOff: [try IPPrefix("10.9.0.0/24"), try IPPrefix("192.168.7.0/24")])
        for destination in ["10.9.0.2", "192.168.7.9"] {
            let verdict = try ask(state, "10.8.0.2", destination)
            #expect(!verdict.isAllowed && verdict.explanation.hasPrefix("\(destination) belongs to"))
            #expect(try !ask(state, destination, "10.8.0.1").isAllowed)
        }
        #expect(try ask(state, "10.8.0.2", "192.168.8.9").isAllowed)
    }

    @Test("site-to-site: sites and subnet reach one another; the outside only where addresses are translated")
    func sites() throws {
        let sites = ["192.168.1.0/24", "192.168.2.0/24"]
        var state = FirewallState(networks: [try FirewallSamples.network(mode: .siteToSite, sites: sites)])
        #expect(try ask(state, "192.168.1.9", "192.168.2.9").isAllowed)
        #expect(try ask(state, "10.8.0.2", "192.168.2.9").isAllowed)
        #expect(try ask(state, "192.168.2.9", "10.8.0.2").isAllowed)
        #expect(try !ask(state, "10.8.0.2", "10.8.0.3").isAllowed)
        #expect(
            try ask(state, "192.168.1.9", "9.9.9.9").explanation
                == "wg0 is site-to-site and leads to no address outside")
        state.networks[0].nat = true
        #expect(try ask(state, "192.168.1.9", "9.9.9.9").isAllowed)
    }

    @Test("hub-routed: never the outside, even where translation is switched on")
    func hubRouted() throws {
        let state = FirewallState(networks: [
            try FirewallSamples.network(mode: .hubRouted, nat: true, peersMayTalk: true)
        ])
        #expect(try ask(state, "10.8.0.2", "10.8.0.3").isAllowed)
        #expect(try !ask(state, "10.8.0.2", "9.9.9.9").isAllowed)
    }

    @Test("networks are apart but for a bridge, in its direction and to its blocks, the hub's address included")
    func bridges() throws {
        let networks = [try FirewallSamples.network(0), try FirewallSamples.network(1)]
        let state = FirewallState(
            networks: networks, bridges: [try FirewallSamples.bridge(7, "wg0", "wg1", ["10.9.0.0/29"])])
        #expect(try ask(state, "10.8.0.2", "10.9.0.2").decidedBy == .bridge(7))
        #expect(try ask(state, "10.8.0.2", "10.9.0.1").decidedBy == .bridge(7))
        for (source, destination) in [("10.8.0.2", "10.9.0.9"), ("10.9.0.2", "10.8.0.2"), ("10.9.0.2", "10.8.0.1")] {
            let verdict = try ask(state, source, destination)
            #expect(verdict.decidedBy == .noBridge && !verdict.isAllowed)
        }
        #expect(
            try ask(state, "10.9.0.2", "10.8.0.2").explanation
                == "no bridge lets wg1 begin a conversation with 10.8.0.2 in wg0")
        #expect(try !ask(FirewallState(networks: networks), "10.8.0.2", "10.9.0.2").isAllowed)
    }

    @Test("the first rule that fits decides: the source's own lists, or the network's where it has none")
    func access() throws {
        var state = FirewallState(networks: [try FirewallSamples.network(peersMayTalk: true)])
        state.access = AccessPolicy(
            lists: [
                AccessList(owner: .network(1), rules: [try FirewallSamples.rule(1, .deny, ["10.8.0.9/32"])]),
                AccessList(
                    owner: .peer(2),
                    rules: [
                        try FirewallSamples.rule(2, .deny, []),
                        try FirewallSamples.rule(3, .allow, ["10.8.0.9/32"], .tcp, [22...22]),
                        try FirewallSamples.rule(4, .deny, nil, .icmp),
                    ]),
            ],
            sources: [
                try FirewallSamples.source(["10.8.0.2/32"], [1, 0]),
                try FirewallSamples.source(["10.8.0.3/32"], [1, 99]),
            ], networks: [try InterfaceName("wg0"): 0])
        #expect(try ask(state, "10.8.0.4", "10.8.0.9").decidedBy == .rule(1))
        #expect(try ask(state, "10.8.0.4", "10.8.0.5").decidedBy == .defaultAllow)
        let allowed = try ask(state, "10.8.0.2", "10.8.0.9", .tcp, 22)
        #expect(allowed.decidedBy == .rule(3) && allowed.isAllowed && allowed.exceptions == [])
        #expect(try ask(state, "10.8.0.2", "10.8.0.9", .tcp, 23).decidedBy == .rule(1))
        #expect(try ask(state, "10.8.0.2", "10.8.0.9", .icmp).decidedBy == .rule(4))
        #expect(try ask(state, "10.8.0.3", "10.8.0.9", .udp, 22).decidedBy == .defaultAllow)
        // To the hub itself and to the outside the rules hold as well.
        #expect(try ask(state, "10.8.0.2", "10.8.0.1", .icmp).decidedBy == .rule(4))
        #expect(try ask(state, "10.8.0.2", "9.9.9.9", .icmp).decidedBy == .rule(4))
    }

    @Test("an allowing rule opens nothing that the topology keeps shut")
    func topologyFirst() throws {
        var state = FirewallState(networks: [try FirewallSamples.network(0), try FirewallSamples.network(1)])
        state.access = AccessPolicy(
            lists: [AccessList(owner: .network(1), rules: [try FirewallSamples.rule(1, .allow)])],
            networks: [try InterfaceName("wg0"): 0])
        #expect(try ask(state, "10.8.0.2", "10.8.0.3").decidedBy == .topology)
        #expect(try ask(state, "10.8.0.2", "10.9.0.3").decidedBy == .noBridge)
    }

    @Test("a question that leaves protocol or port open is answered for the most part, and told what is otherwise")
    func partial() throws {
        var state = FirewallState(networks: [try FirewallSamples.network()])
        state.access = AccessPolicy(
            lists: [
                AccessList(
                    owner: .network(1),
                    rules: [
                        try FirewallSamples.rule(5, .deny, nil, .tcp, [25...25]),
                        try FirewallSamples.rule(6, .allow, nil, .tcp, [443...443]),
                        try FirewallSamples.rule(7, .deny, nil, .udp),
                    ])
            ], networks: [try InterfaceName("wg0"): 0])
        let any = try ask(state, "10.8.0.2", "9.9.9.9")
        #expect(any.isAllowed && any.decidedBy == .defaultAllow && any.exceptions == [5, 7])
        #expect(any.explanation.hasSuffix("but for what access rules 5, 7 single out"))
        #expect(try ask(state, "10.8.0.2", "9.9.9.9", .tcp).exceptions == [5])
        #expect(try ask(state, "10.8.0.2", "9.9.9.9", .tcp, 443).decidedBy == .rule(6))
        #expect(try ask(state, "10.8.0.2", "9.9.9.9", .udp, 443).decidedBy == .rule(7))
    }
}
