import Glibc
import Testing
import WGPilotCore

/// The expected texts are written by hand from what each mode allows, in the language of nft(8); nothing is copied from
/// what the code printed.
@Suite("FirewallRuleset")
struct FirewallRulesetTests {
    /// Compares, and has the real nft(8) check the text against the kernel, in a network namespace of its own.
    private func expect(
        _ state: FirewallState, _ golden: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let text = try #require(FirewallRuleset(state).text, sourceLocation: sourceLocation)
        #expect(text == golden + "\n", sourceLocation: sourceLocation)
        let outcome = try await Self.checked(text)
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: sourceLocation)
    }

    private static func checked(_ text: String) async throws -> WireGuardTools.Outcome {
        let namespace = geteuid() == 0 ? ["--net"] : ["--map-root-user", "--net"]
        return try await WireGuardTools.run("unshare", namespace + ["/usr/sbin/nft", "-c", "-f", "-"], input: text)
    }

    @Test("without a network there is no table")
    func none() {
        #expect(FirewallRuleset(FirewallState()).text == nil)
    }

    @Test("what is switched off is dropped before any network's chain, from our interfaces alone")
    func switchedOff() async throws {
        let state = FirewallState(
            networks: [try FirewallSamples.network()],
            switchedOff: try ["10.9.0.0/24", "192.168.7.0/24", "192.168.8.0/22", "fd00:9::/64"].map { try IPPrefix($0) }
        )
        let text = try #require(FirewallRuleset(state).text)
        #expect(
            text.contains(
                """
                        ct state related accept
                        iifname @interfaces ip daddr & 255.255.255.0 { 10.9.0.0, 192.168.7.0 } drop
                        iifname @interfaces ip daddr 192.168.8.0/22 drop
                        iifname @interfaces ip6 daddr fd00:9::/64 drop
                        iifname "wg0" goto network_wg0

                """))
        #expect(try await Self.checked(text).status == 0)
    }

    @Test("gateway, translated: peers reach the outside and not one another, nobody outside reaches them")
    func gateway() async throws {
        let state = FirewallState(networks: [try FirewallSamples.network(dualStack: true, nat: true)])
        try await expect(
            state,
            """
            table inet wgpilot {
                set interfaces {
                    type ifname
                    elements = {
                        "wg0"
                    }
                }

                set hub_v4 {
                    type ipv4_addr
                    elements = {
                        10.8.0.1
                    }
                }

                set reachable_v4 {
                    type ifname . ipv4_addr
                    elements = {
                        "wg0" . 10.8.0.1
                    }
                }

                set hub_v6 {
                    type ipv6_addr
                    elements = {
                        fd00:8::1
                    }
                }

                set reachable_v6 {
                    type ifname . ipv6_addr
                    elements = {
                        "wg0" . fd00:8::1
                    }
                }

                chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname != @interfaces oifname != @interfaces accept
                    tcp flags syn tcp option maxseg size set rt mtu
                    ct direction reply ct state established,related accept
                    ct state related accept
                    iifname "wg0" goto network_wg0
                    drop
                }

                chain network_wg0 {
                    oifname @interfaces drop
                    goto access
                }

                chain input {
                    type filter hook input priority filter; policy accept;
                    iifname != @interfaces accept
                    ct direction reply ct state established,related accept
                    ct state related accept
                    ip daddr @hub_v4 iifname . ip daddr != @reachable_v4 drop
                    ip6 daddr @hub_v6 iifname . ip6 daddr != @reachable_v6 drop
                    goto access
                }

                chain access {
                    accept
                }

                chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    oifname @interfaces accept
                    ip saddr 10.8.0.0/24 masquerade
                    ip6 saddr fd00:8::/64 masquerade
                }
            }
            """)
    }

    /// The frame that every ruleset of networks with one IPv4 hub address each has; tests of a mode fill in its own part.
    private func frame(
        _ interfaces: [String] = ["wg0"], hub: [String] = ["10.8.0.1"], reachable: [String]? = nil, maps: String = "",
        networks: String, access: String = "    chain access {\n        accept\n    }", tail: String = ""
    ) -> String {
        let list = { (elements: [String]) in elements.map { "            \($0)" }.joined(separator: ",\n") }
        let reachable = reachable ?? zip(interfaces, hub).map { "\"\($0)\" . \($1)" }
        let chains = interfaces.map { "        iifname \"\($0)\" goto network_\($0)" }
        return """
            table inet wgpilot {
                set interfaces {
                    type ifname
                    elements = {
            \(list(interfaces.map { "\"\($0)\"" }))
                    }
                }

                set hub_v4 {
                    type ipv4_addr
                    elements = {
            \(list(hub))
                    }
                }

                set reachable_v4 {
                    type ifname . ipv4_addr
                    elements = {
            \(list(reachable))
                    }
                }

            \(maps)    chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname != @interfaces oifname != @interfaces accept
                    tcp flags syn tcp option maxseg size set rt mtu
                    ct direction reply ct state established,related accept
                    ct state related accept
            \(chains.joined(separator: "\n"))
                    drop
                }

            \(networks)

                chain input {
                    type filter hook input priority filter; policy accept;
                    iifname != @interfaces accept
                    ct direction reply ct state established,related accept
                    ct state related accept
                    ip daddr @hub_v4 iifname . ip daddr != @reachable_v4 drop
                    goto access
                }

            \(access)\(tail)
            }
            """
    }

    @Test("gateway, not translated, peers may talk: one another is open, nothing is masqueraded")
    func gatewayTalking() async throws {
        let state = FirewallState(networks: [try FirewallSamples.network(peersMayTalk: true)])
        try await expect(
            state,
            frame(
                networks: """
                        chain network_wg0 {
                            oifname "wg0" goto access
                            oifname @interfaces drop
                            goto access
                        }
                    """))
    }

    @Test("site-to-site: sites and subnet reach one another, peers of the subnet do not, nothing leaves the network")
    func sites() async throws {
        let state = FirewallState(networks: [
            try FirewallSamples.network(
                mode: .siteToSite, sites: ["192.168.1.0/24", "192.168.2.0/24", "fd00:1::/64"])
        ])
        try await expect(
            state,
            frame(
                networks: """
                        chain network_wg0 {
                            oifname "wg0" ip saddr & 255.255.255.0 { 192.168.1.0, 192.168.2.0 } goto access
                            oifname "wg0" ip6 saddr fd00:1::/64 goto access
                            oifname "wg0" ip daddr & 255.255.255.0 { 192.168.1.0, 192.168.2.0 } goto access
                            oifname "wg0" ip6 daddr fd00:1::/64 goto access
                            drop
                        }
                    """))
    }

    @Test("site-to-site, translated: the sites' addresses are masqueraded too on the way to the outside")
    func sitesTranslated() async throws {
        let state = FirewallState(networks: [
            try FirewallSamples.network(
                mode: .siteToSite, sites: ["192.168.1.0/24", "fd00:1::/64"], nat: true, peersMayTalk: true)
        ])
        try await expect(
            state,
            frame(
                networks: """
                        chain network_wg0 {
                            oifname "wg0" goto access
                            oifname @interfaces drop
                            goto access
                        }
                    """,
                tail: """


                        chain postrouting {
                            type nat hook postrouting priority srcnat; policy accept;
                            oifname @interfaces accept
                            ip saddr & 255.255.255.0 { 10.8.0.0, 192.168.1.0 } masquerade
                            ip6 saddr fd00:1::/64 masquerade
                        }
                    """))
    }

    @Test("hub-routed: peers reach one another and nothing else, even where translation is switched on")
    func hubRouted() async throws {
        let state = FirewallState(networks: [
            try FirewallSamples.network(mode: .hubRouted, nat: true, peersMayTalk: true)
        ])
        try await expect(
            state,
            frame(
                networks: """
                        chain network_wg0 {
                            oifname "wg0" goto access
                            drop
                        }
                    """))
    }

    @Test("a bridge with blocks lets through what goes to them, each way for itself, and to the hub's address in them")
    func bridges() async throws {
        let state = FirewallState(
            networks: [
                try FirewallSamples.network(1, mode: .hubRouted), try FirewallSamples.network(0),
                try FirewallSamples.network(2),
            ],
            bridges: [
                try FirewallSamples.bridge(9, "wg1", "wg0"),
                try FirewallSamples.bridge(
                    3, "wg0", "wg1", ["10.9.0.0/28", "10.9.0.7/32", "10.9.0.128/25", "fd00:9::5/128"]),
                // Not on, or not a bridge at all.
                try FirewallSamples.bridge(5, "wg0", "wg7"), try FirewallSamples.bridge(6, "wg0", "wg0"),
            ])
        try await expect(
            state,
            frame(
                ["wg0", "wg1", "wg2"], hub: ["10.8.0.1", "10.9.0.1", "10.10.0.1"],
                reachable: [
                    "\"wg0\" . 10.8.0.1", "\"wg0\" . 10.9.0.1", "\"wg1\" . 10.8.0.1", "\"wg1\" . 10.9.0.1",
                    "\"wg2\" . 10.10.0.1",
                ],
                networks: """
                        chain network_wg0 {
                            oifname "wg1" ip daddr 10.9.0.0/28 goto access comment "bridge 3"
                            oifname "wg1" ip daddr 10.9.0.128/25 goto access comment "bridge 3"
                            oifname "wg1" ip6 daddr fd00:9::5 goto access comment "bridge 3"
                            oifname @interfaces drop
                            goto access
                        }

                        chain network_wg1 {
                            oifname "wg0" goto access comment "bridge 9"
                            drop
                        }

                        chain network_wg2 {
                            oifname @interfaces drop
                            goto access
                        }
                    """))
    }

    @Test("a network more, and a list more, change the lines of no other; every name of an interface makes a chain")
    func stableNames() async throws {
        var state = FirewallState(
            networks: [try FirewallSamples.network(1), try FirewallSamples.network(2, name: "z+=._-9")],
            access: AccessPolicy(
                lists: [AccessList(owner: .network(7), rules: [try FirewallSamples.rule(1, .deny)])],
                networks: [try InterfaceName("wg1"): 0]))
        let text = try #require(FirewallRuleset(state).text)
        #expect(text.contains("chain network_z/p/e._-9 {"))
        #expect(try await Self.checked(text).status == 0)
        let before = FirewallRuleset(state).lines
        state.networks.insert(try FirewallSamples.network(0), at: 0)
        state.access.lists.insert(
            AccessList(owner: .peer(3), rules: [try FirewallSamples.rule(2, .deny)]), at: 0)
        state.access.sources = [try FirewallSamples.source(["10.8.0.2/32"], [0])]
        state.access.networks = [try InterfaceName("wg1"): 1]
        let removed = FirewallRuleset(state).lines.difference(from: before).removals
        #expect(removed.isEmpty, "\(removed)")
        // A peer may have 32 tags.
        state.access.lists = try (0..<32).map {
            AccessList(owner: .tag("tag\($0)"), rules: [try FirewallSamples.rule(Int64($0), .deny)])
        }
        state.access.sources = [try FirewallSamples.source(["10.8.0.2/32"], Array(0..<32))]
        #expect(try await Self.checked(try #require(FirewallRuleset(state).text)).status == 0)
    }

    @Test("access rules: own lists before the network's, neighbours of one action joined, nowhere is nothing")
    func access() async throws {
        let own = [
            try FirewallSamples.rule(1, .allow, ["10.0.5.0/24"], .tcp, [22...22, 8000...8080]),
            try FirewallSamples.rule(2, .allow, ["192.168.7.1/32"], .udp, [53...53]),
            try FirewallSamples.rule(
                3, .allow, ["10.0.5.9/32", "10.0.6.0/24", "fd00:5::/64"], .tcp, [22...22, 8000...8080]),
            try FirewallSamples.rule(4, .deny, []),
            try FirewallSamples.rule(5, .allow, nil, .icmp),
            try FirewallSamples.rule(6, .deny),
            try FirewallSamples.rule(7, .deny, ["10.0.0.0/8"]),
        ]
        let tag = [try FirewallSamples.rule(8, .deny, nil, .udp)]
        let network = [try FirewallSamples.rule(9, .deny, ["0.0.0.0/0"], .tcp, [25...25])]
        let state = FirewallState(
            networks: [try FirewallSamples.network()],
            access: AccessPolicy(
                lists: [
                    AccessList(owner: .network(1), rules: network), AccessList(owner: .tag("a"), rules: tag),
                    AccessList(owner: .peer(2), rules: own), AccessList(owner: .peer(3), rules: tag),
                ],
                sources: [
                    try FirewallSamples.source(["10.8.0.5/32", "fd00:8::5/128"], [1, 0]),
                    try FirewallSamples.source(["192.168.9.0/24", "10.8.0.2/32"], [2, 1, 0]),
                    try FirewallSamples.source(["10.8.0.4/32"], [1, 0]),
                    // A list that is not there is no list.
                    try FirewallSamples.source(["10.8.0.6/32"], [77]),
                ],
                networks: [try InterfaceName("wg0"): 0]))
        try await expect(
            state,
            frame(
                maps: """
                        map sources_v4_32 {
                            type ipv4_addr : verdict
                            elements = {
                                10.8.0.2 : goto profile_peer_2_tag_ca978112ca1b_network_1,
                                10.8.0.4 : goto profile_tag_ca978112ca1b_network_1,
                                10.8.0.5 : goto profile_tag_ca978112ca1b_network_1,
                                10.8.0.6 : goto profile_none
                            }
                        }

                        map sources_v4_24 {
                            type ipv4_addr : verdict
                            elements = {
                                192.168.9.0 : goto profile_peer_2_tag_ca978112ca1b_network_1
                            }
                        }

                        map sources_v6_128 {
                            type ipv6_addr : verdict
                            elements = {
                                fd00:8::5 : goto profile_tag_ca978112ca1b_network_1
                            }
                        }


                    """,
                networks: """
                        chain network_wg0 {
                            oifname @interfaces drop
                            goto access
                        }
                    """,
                access: """
                        chain access {
                            ip saddr vmap @sources_v4_32
                            ip saddr & 255.255.255.0 vmap @sources_v4_24
                            ip6 saddr vmap @sources_v6_128
                            iifname "wg0" goto profile_network_1
                            accept
                        }

                        chain profile_none {
                            accept
                        }

                        chain profile_network_1 {
                            jump list_network_1
                            accept
                        }

                        chain profile_tag_ca978112ca1b_network_1 {
                            jump list_tag_ca978112ca1b
                            jump list_network_1
                            accept
                        }

                        chain profile_peer_2_tag_ca978112ca1b_network_1 {
                            jump list_peer_2
                            jump list_tag_ca978112ca1b
                            jump list_network_1
                            accept
                        }

                        chain list_network_1 {
                            ip daddr 0.0.0.0/0 tcp dport 25 drop
                        }

                        chain list_tag_ca978112ca1b {
                            meta l4proto udp drop
                        }

                        chain list_peer_2 {
                            ip daddr & 255.255.255.0 { 10.0.5.0, 10.0.6.0 } tcp dport 22 accept
                            ip daddr & 255.255.255.0 { 10.0.5.0, 10.0.6.0 } tcp dport 8000-8080 accept
                            ip6 daddr fd00:5::/64 tcp dport 22 accept
                            ip6 daddr fd00:5::/64 tcp dport 8000-8080 accept
                            ip daddr 192.168.7.1 udp dport 53 accept
                            meta l4proto { icmp, ipv6-icmp } accept
                            drop
                        }
                    """))
    }

    @Test("nothing breaks out of its place: names of every allowed character, words of the language, odd addresses")
    func hostile() async throws {
        let names = ["accept", "0", "-", "_=+.-", "drop", "a=+.-_012345678", "jump", "ip6"]
        var state = FirewallState(
            networks: try names.enumerated().map { place, name in
                try FirewallSamples.network(
                    place, name: name, mode: .siteToSite, dualStack: true,
                    sites: ["192.168.\(place).0/24", "::ffff:1.2.\(place).0/120"], nat: true)
            })
        state.bridges = [try FirewallSamples.bridge(.min, "accept", "0", ["0.0.0.0/0", "::/0"])]
        let text = "tag\"; }\n}\nflush ruleset\n#"
        state.access = AccessPolicy(
            lists: [
                AccessList(
                    owner: .tag(text),
                    rules: [
                        try FirewallSamples.rule(.max, .deny, ["0.0.0.0/0", "255.255.255.255/32", "::/0", "::/128"]),
                        try FirewallSamples.rule(.min, .allow, nil, .udp, [1...65535]),
                    ])
            ],
            sources: [
                try FirewallSamples.source(["0.0.0.0/1", "::/1", "::/128"], [0, .max, .min, -1]),
                try FirewallSamples.source([], []),
            ],
            networks: [try InterfaceName("-"): 0, try InterfaceName("ip6"): -5])
        let rules = try #require(FirewallRuleset(state).text)
        #expect(!rules.contains("flush") && !rules.contains("tag\""))
        let outcome = try await Self.checked(rules)
        #expect(outcome.status == 0, "\(outcome.error)")
        for name in ["a\"b", "wg0\n", "wg*", "a b", "{", "a;b", "é", ""] {
            #expect(throws: InvalidValue.self, "\(name)") { try InterfaceName(name) }
        }
    }

    @Test("the text is the same whatever the order of the parts")
    func order() throws {
        let networks = try (0..<4).map { try FirewallSamples.network($0, dualStack: true, nat: true) }
        let bridges = [
            try FirewallSamples.bridge(1, "wg0", "wg1", ["10.9.0.4/32", "10.9.0.2/32"]),
            try FirewallSamples.bridge(2, "wg0", "wg2"),
        ]
        let sources = [
            try FirewallSamples.source(["10.8.0.2/32", "fd00:8::2/128"], [0]),
            try FirewallSamples.source(["10.8.0.3/32"], [1, 0]),
        ]
        let lists = [
            AccessList(owner: .peer(1), rules: [try FirewallSamples.rule(1, .deny, ["10.0.0.2/32", "10.0.0.1/32"])]),
            AccessList(owner: .peer(2), rules: [try FirewallSamples.rule(2, .deny)]),
        ]
        let policy = AccessPolicy(lists: lists, sources: sources)
        let one = FirewallState(networks: networks, bridges: bridges, access: policy)
        var other = FirewallState(
            networks: networks.reversed(), bridges: bridges.reversed(),
            access: AccessPolicy(lists: lists, sources: sources.reversed()))
        other.access.lists[0].rules[0].destinations?.reverse()
        #expect(FirewallRuleset(one) == FirewallRuleset(other))
    }
}
