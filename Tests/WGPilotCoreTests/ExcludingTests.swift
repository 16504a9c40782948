import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("What is left of a block without others")
struct ExcludingTests {
    @Test("a small block without others is exactly the other addresses, in as few blocks as can be, whatever is drawn")
    func againstBruteForce() throws {
        var generator = SeededGenerator()
        for _ in 0..<400 {
            let isV4 = Bool.random(using: &generator)
            let base = try IPPrefix(isV4 ? "192.0.2.0/24" : "2001:db8::/120")
            let others = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                IPPrefix(
                    masking: Self.address(UInt8.random(in: .min ... .max, using: &generator), in: base),
                    length: base.length - 2 + UInt8.random(in: 0...10, using: &generator))
            }
            let left = base.excluding(others)
            var wanted: [Bool] = []
            for number in UInt8.min...UInt8.max {
                let address = Self.address(number, in: base)
                wanted.append(!others.contains { $0.contains(address) })
                #expect(left.filter { $0.contains(address) }.count == (wanted.last == true ? 1 : 0), "\(generator)")
            }
            #expect(left == left.sorted(), "\(generator)")
            #expect(left.count == Self.fewest(wanted[...]), "\(others) of \(base), \(generator)")
        }
    }

    private static func address(_ number: UInt8, in base: IPPrefix) -> IPAddress {
        switch base.address {
        case .v4(let v4): .v4(IPv4Address(rawValue: v4.rawValue | UInt32(number)))
        case .v6(let v6): .v6(IPv6Address(rawValue: v6.rawValue | UInt128(number)))
        }
    }

    /// How many aligned blocks it takes, counted from the addresses alone.
    private static func fewest(_ wanted: ArraySlice<Bool>) -> Int {
        if wanted.allSatisfy({ $0 }) { return 1 }
        if wanted.allSatisfy({ !$0 }) { return 0 }
        let middle = wanted.startIndex + wanted.count / 2
        return fewest(wanted[..<middle]) + fewest(wanted[middle...])
    }

    // Counted by hand: each bit of a prefix leaves the block beside it.
    @Test(
        "all of a family without others is the known complement",
        arguments: [
            ("0.0.0.0/0", [], ["0.0.0.0/0"]), ("0.0.0.0/0", ["::/0"], ["0.0.0.0/0"]), ("::/0", ["::/0"], []),
            ("10.0.0.0/8", ["0.0.0.0/0"], []), ("0.0.0.0/0", ["128.0.0.0/1"], ["0.0.0.0/1"]),
            (
                "0.0.0.0/0", ["10.0.0.0/8"],
                [
                    "0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/2",
                    "128.0.0.0/1",
                ]
            ),
            ("10.0.0.0/30", ["10.0.0.1/32", "10.0.0.1/32"], ["10.0.0.0/32", "10.0.0.2/31"]),
            ("fd00::/126", ["fd00::3/128"], ["fd00::/127", "fd00::2/128"]),
        ] as [(String, [String], [String])])
    func known(base: String, others: [String], left: [String]) throws {
        #expect(try IPPrefix(base).excluding(Samples.prefixes(others)).map(\.description) == left)
    }

    @Test("a client keeps the blocks out of a full and of a split tunnel, and in every mode")
    func clientSide() throws {
        func allowed(_ mode: NetworkMode, tunnel: TunnelScope, _ excluded: [String]) throws -> [String] {
            var network = try Samples.network(mode)
            network.tunnel = tunnel
            var peer = try Samples.peer()
            peer.excludedCIDRs = try Samples.prefixes(excluded)
            return AllowedIPsPolicy.clientSide(
                network: network, peer: peer, otherSites: try Samples.prefixes(["192.168.0.0/23"])
            ).map(\.description)
        }
        #expect(try allowed(.gateway, tunnel: .full, ["128.0.0.0/1"]) == ["0.0.0.0/1", "::/0"])
        #expect(try allowed(.gateway, tunnel: .split, ["10.8.0.128/25"]) == ["10.8.0.0/25"])
        #expect(try allowed(.siteToSite, tunnel: .full, ["192.168.1.0/24"]) == ["192.168.0.0/24"])
        #expect(try allowed(.hubRouted, tunnel: .full, ["10.8.0.0/25"]) == ["10.8.0.128/25"])
    }
}
