import Testing

@testable import WGPilotNetlink

@Suite("NftablesListing")
struct NftablesListingTests {
    /// From `nft list chains`, nftables 1.0.6, after `iptables -P FORWARD DROP` and tables made by hand; the last chain's
    /// name was written past nft, straight into the kernel's interface.
    private static let chains = """
        table ip filter {
        \tchain INPUT {
        \t\ttype filter hook input priority filter; policy drop;
        \t}
        \tchain FORWARD {
        \t\ttype filter hook forward priority filter; policy drop;
        \t}
        \tchain DOCKER-USER {
        \t}
        }
        table ip6 filter {
        \tchain FORWARD {
        \t\ttype filter hook forward priority filter; policy accept;
        \t}
        }
        table inet wgpilot {
        \tchain forward {
        \t\ttype filter hook forward priority filter; policy drop;
        \t}
        }
        table bridge b {
        \tchain forward {
        \t\ttype filter hook forward priority filter; policy drop;
        \t}
        }
        table inet late {
        \tchain f\u{1B}[2J {
        \t\ttype filter hook forward priority filter + 10; policy drop;
        \t}
        }

        """

    @Test("only the chains of others that drop what is routed are told, and no name reaches a terminal raw")
    func forwardDrops() {
        #expect(
            NftablesListing.forwardDrops(Self.chains) == [
                "table ip filter, chain FORWARD", "table inet late, chain f?[2J",
            ])
    }

    @Test("what is no listing gives nothing", arguments: ["", "\n\n", "table", "chain {", "}\n}", "table a b c d {"])
    func nonsense(_ text: String) {
        #expect(NftablesListing.forwardDrops(text + "\n\t\ttype filter hook forward priority 0; policy drop;\n") == [])
    }
}
