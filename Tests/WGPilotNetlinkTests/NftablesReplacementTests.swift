import Testing
import WGPilotCore

@testable import WGPilotNetlink

@Suite("How rules take the place of others")
struct NftablesReplacementTests {
    /// As nft(8) 1.0.6 lists a table of ours, without elements.
    private static let listing = """
        table inet wgpilot {
        \tset interfaces {
        \t\ttype ifname
        \t}

        \tmap access_ip {
        \t\ttype ipv4_addr : verdict
        \t}

        \tchain forward {
        \t\ttype filter hook forward priority filter; policy accept;
        \t\tiifname != @interfaces accept
        \t}

        \tchain network_wg0 {
        \t\tdrop
        \t}

        \tchain postrouting {
        \t\ttype nat hook postrouting priority srcnat; policy accept;
        \t}
        }

        """

    private static let rules = """
        table inet wgpilot {
            set interfaces {
                type ifname
                elements = {
                    "wg0"
                }
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                drop
            }
            chain input {
                type filter hook input priority filter; policy accept;
            }
        }

        """

    @Test("base chains stay, and all else goes before it comes back")
    func inPlace() {
        #expect(
            NftablesReplacement.inPlace(Self.rules, of: Self.listing)
                == """
                flush table inet wgpilot
                delete map inet wgpilot access_ip
                delete set inet wgpilot interfaces
                delete chain inet wgpilot network_wg0
                delete chain inet wgpilot postrouting
                add chain inet wgpilot forward { type filter hook forward priority filter; policy accept; }
                add chain inet wgpilot input { type filter hook input priority filter; policy accept; }

                """ + Self.rules)
    }

    @Test(
        "a table with what is not of our making is made anew",
        arguments: [
            ("priority filter; policy accept;", "priority filter; policy drop;"),
            ("hook forward priority filter", "hook forward priority raw"),
            ("chain network_wg0", "chain a;b"), ("chain network_wg0", "chain a b"), ("map access_ip", "map \"x\""),
            ("set interfaces {", "counter c {"), ("set interfaces {", "flags dormant"),
            ("table inet wgpilot", "table inet other"), ("chain forward", "chain input"),
        ])
    func foreign(_ part: String, _ other: String) {
        var listing = Self.listing
        if let range = listing.firstRange(of: part) { listing.replaceSubrange(range, with: other) }
        #expect(listing != Self.listing)
        #expect(NftablesReplacement.inPlace(Self.rules, of: listing) == nil)
    }

    @Test("a table that is made anew has its base chains first, as one whose rules were exchanged has")
    func whole() {
        #expect(
            NftablesReplacement.whole(Self.rules)
                == """
                table inet wgpilot
                delete table inet wgpilot
                table inet wgpilot
                add chain inet wgpilot forward { type filter hook forward priority filter; policy accept; }
                add chain inet wgpilot input { type filter hook input priority filter; policy accept; }

                """ + Self.rules)
        #expect(NftablesReplacement.whole(nil) == "table inet wgpilot\ndelete table inet wgpilot\n")
    }
}
