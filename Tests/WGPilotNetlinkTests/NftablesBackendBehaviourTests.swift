import Testing
import WGPilotCore

@testable import WGPilotNetlink

/// The packet filter of a real kernel, in the network namespace that the process was started in. Whatever else replaces
/// our table there belongs into this suite, so that no two do so at once.
@Suite(
    "BackendBehaviour of the packet filter", .serialized,
    .enabled(if: TestBackend.asked != nil, "runs with WGPILOT_LIVE alone"))
struct NftablesBackendBehaviourTests {
    let nftables = NftablesFamily()

    private func rules(_ state: FirewallState) throws -> String { try #require(FirewallRuleset(state).text) }

    /// Runs the body and takes our table away, and the tables that the test made.
    func cleaning(_ tables: [String] = [], _ body: () async throws -> Void) async throws {
        var failure: (any Error)?
        do { try await body() } catch { failure = error }
        try await nftables.replaceFirewall(nil)
        for table in tables { try await Program.run("nft", "delete table \(table)") }
        if let failure { throw failure }
    }

    @Test("the table comes, is replaced whole and goes; its digest tells every change, and none where there is none")
    func digest() async throws {
        try await cleaning {
            #expect(try await nftables.firewallDigest() == nil)
            try await nftables.replaceFirewall(nil)
            #expect(try await nftables.firewallDigest() == nil)

            let networks = try (0..<5).map { try NftablesSamples.network($0, nat: true) }
            let five = try rules(FirewallState(networks: networks))
            try await nftables.replaceFirewall(five)
            let digest = try #require(try await nftables.firewallDigest())
            #expect(digest.count == 64)
            #expect(try await nftables.firewallDigest() == digest)
            // Sets of names are hash tables with a seed of their own each time they are made.
            for _ in 0..<3 {
                try await nftables.replaceFirewall(try rules(FirewallState(networks: networks.reversed())))
                #expect(try await nftables.firewallDigest() == digest)
            }

            try await Program.run("nft", "add rule inet wgpilot forward counter drop")
            #expect(try await nftables.firewallDigest() != digest)
            try await nftables.replaceFirewall(five)
            #expect(try await nftables.firewallDigest() == digest)

            try await nftables.replaceFirewall(try rules(FirewallState(networks: Array(networks.dropLast()))))
            #expect(try await nftables.firewallDigest() != digest)
            let listing = try await Program.run("nft", "list", "table", "inet", "wgpilot")
            #expect(listing.contains("network_fw3") && !listing.contains("network_fw4"), "nothing of the old is left")

            try await Program.run("nft", "delete table inet wgpilot")
            #expect(try await nftables.firewallDigest() == nil)
        }
    }

    @Test("a table whose rules were exchanged is the one that would be made anew, whatever was there before")
    func sameEitherWay() async throws {
        try await cleaning {
            let plain = try (0..<3).map { try NftablesSamples.network($0) }
            let translated = try (0..<3).map { try NftablesSamples.network($0, nat: true) }
            var narrowed = FirewallState(networks: plain)
            let rule = ResolvedAccessRule(
                id: 4, action: .deny, destinations: [try NftablesSamples.address("172.20.1.7").hostPrefix],
                service: .any)
            narrowed.access = AccessPolicy(
                lists: [AccessList(owner: .network(1), rules: [rule])], networks: [plain[0].interface: 0])
            let all = try [
                FirewallState(networks: plain), FirewallState(networks: translated), narrowed,
                FirewallState(networks: [plain[1]]),
            ].map { try rules($0) }
            var anew: [String?] = []
            for text in all {
                try await nftables.replaceFirewall(nil)
                try await nftables.replaceFirewall(text)
                anew.append(try await nftables.firewallDigest())
            }
            for first in all.indices {
                for second in all.indices {
                    try await nftables.replaceFirewall(nil)
                    try await nftables.replaceFirewall(all[first])
                    try await nftables.replaceFirewall(all[second])
                    #expect(try await nftables.firewallDigest() == anew[second], "\(first) before \(second)")
                }
            }
        }
    }

    @Test("tables of others stay as they are, byte for byte, and those that drop forwarded packets are told")
    func foreign() async throws {
        let tables = ["ip t-filter", "inet t-mine", "inet wgpilot2", "ip wgpilot", "bridge t-bridge"]
        try await cleaning(tables) {
            try await Program.run(
                "nft",
                """
                table ip t-filter { chain FORWARD { type filter hook forward priority 5; policy drop; counter accept; }; }
                table inet t-mine {
                    set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }
                    chain c { type filter hook forward priority -7; policy accept; ip saddr @s accept; }
                    chain i { type filter hook input priority 0; policy accept; }
                }
                table inet wgpilot2 { chain d-1 { type filter hook forward priority 9; policy drop; accept; }; }
                table ip wgpilot { chain c { accept; }; }
                table bridge t-bridge { chain f { type filter hook forward priority 0; policy drop; accept; }; }
                """)
            let before = try await Program.run("nft", "-j", "list", "ruleset")
            let state = FirewallState(networks: [try NftablesSamples.network(0)])
            try await nftables.replaceFirewall(try rules(state))
            try await nftables.replaceFirewall(try rules(state))
            #expect(
                try await nftables.foreignForwardDrops() == [
                    "table ip t-filter, chain FORWARD", "table inet wgpilot2, chain d-1",
                ])
            try await nftables.replaceFirewall(nil)
            #expect(try await Program.run("nft", "-j", "list", "ruleset") == before)
        }
    }

    @Test(
        "rules that are not right are refused with what is wrong, and those that were there stay",
        arguments: [
            "table inet wgpilot {\n chain c {\n ip saddr nonsense accept\n }\n}",
            "table inet wgpilot {\n chain c {\n type filter hook forward priority 0; policy nonsense;\n }\n}",
            "table inet wgpilot {\n chain a {\n type filter hook forward priority 0\n jump b\n }\n"
                + "chain b {\n jump c\n }\n chain c {\n jump b\n }\n}",
            "table inet wgpilot {\n map m {\n type ipv4_addr : verdict\n flags interval\n"
                + "elements = { 10.0.0.0/8 : accept, 10.1.0.0/16 : drop }\n }\n}",
        ])
    func refused(_ text: String) async throws {
        try await cleaning {
            try await nftables.replaceFirewall(
                try rules(FirewallState(networks: [try NftablesSamples.network(0)])))
            let digest = try await nftables.firewallDigest()
            let error = await #expect(throws: KernelError.self) { try await nftables.replaceFirewall(text) }
            #expect(error?.code == .invalidValue, "\(String(describing: error))")
            #expect(error?.operation == "replace the firewall's rules")
            #expect(error?.message.contains("nftables") == true)
            #expect(try await nftables.firewallDigest() == digest)
        }
    }

    @Test("a table of many peers and of many rules that cannot be joined fits")
    func large() async throws {
        // Linux 6.1 needs more than a minute for the ten thousand in a virtual machine without KVM.
        let (peers, rules) = TestBackend.asked == "kernel" ? (1_000, 500) : (10_000, 5_000)
        try await cleaning {
            let clock = ContinuousClock()
            var text = ""
            let rendering = try clock.measure {
                text = try self.rules(try NftablesSamples.large(peers: peers, rules: rules))
            }
            let first = try await clock.measure { try await nftables.replaceFirewall(text) }
            let again = try await clock.measure { try await nftables.replaceFirewall(text) }
            var digest: String?
            let listing = try await clock.measure { digest = try await nftables.firewallDigest() }
            #expect(digest != nil)
            print(
                "\(peers) peers, \(rules) rules: \(text.utf8.count >> 10) KiB of text; rendered in \(rendering), put into",
                "the kernel in \(first), replaced in \(again), digest in \(listing)")
        }
    }
}
