import Testing
import WGPilotCore

@Suite("The numbering of a subnet")
struct AddressPlanTests {
    private static func plan(_ subnet: String, _ subnet6: String? = nil) throws -> AddressPlan {
        try AddressPlan(subnet: IPPrefix(subnet), subnet6: subnet6.map { try IPPrefix($0) })
    }

    @Test(
        "network, hub and broadcast address are nobody's, the rest are the peers'",
        arguments: [
            ("10.8.0.0/30", 2, 2, "10.8.0.2", "10.8.0.2"), ("10.8.0.0/29", 2, 6, "10.8.0.2", "10.8.0.6"),
            ("10.8.0.0/24", 2, 254, "10.8.0.2", "10.8.0.254"),
            ("172.16.0.0/12", 2, 1_048_574, "172.16.0.2", "172.31.255.254"),
            ("10.0.0.0/8", 2, 16_777_214, "10.0.0.2", "10.255.255.254"),
            ("192.168.1.252/30", 2, 2, "192.168.1.254", "192.168.1.254"),
        ] as [(String, Int64, Int64, String, String)])
    func numbers(subnet: String, first: Int64, last: Int64, lowest: String, highest: String) throws {
        let plan = try Self.plan(subnet)
        #expect(plan.peerCapacity == last - first + 1)
        for number in [first, last] { #expect(plan.isPeerNumber(number)) }
        for number in [-1, 0, 1, last + 1, last + 2] { #expect(!plan.isPeerNumber(number)) }
        #expect(plan.address(first).description == lowest)
        #expect(plan.address(last).description == highest)
        #expect(plan.hubAddress == plan.address(1))
    }

    @Test(
        "blocks without room, beyond /8, of the other family or special are refused",
        arguments: [
            "10.8.0.0/31", "10.8.0.1/32", "0.0.0.0/0", "10.0.0.0/7", "fd00::/64", "0.0.0.0/8", "0.1.0.0/16",
            "127.0.0.0/8",
            "127.8.0.0/24", "224.0.0.0/24", "239.255.0.0/24", "240.0.0.0/8", "255.255.255.0/24",
        ])
    func refuses(subnet: String) throws {
        let refusal = try #require(throws: AddressPlan.Refusal.self) { try Self.plan(subnet) }
        #expect(refusal.field == .subnet)
        #expect(!refusal.fault.message.isEmpty)
    }

    @Test("the refusal of a /31 says what the smallest block is")
    func refusalOfSmallBlocks() throws {
        let refusal = try #require(throws: AddressPlan.Refusal.self) { try Self.plan("10.8.0.0/31") }
        #expect(refusal.fault.message.contains("/30"))
        #expect(refusal.fault.message.contains("10.8.0.0/31"))
    }

    @Test(
        "the IPv6 block must number every peer of the IPv4 block, and be one that hosts may use",
        arguments: [
            ("10.8.0.0/24", "fd00::/64", true), ("10.8.0.0/24", "fd00::/120", true),
            ("10.8.0.0/24", "fd00::/121", false),
            ("10.8.0.0/30", "fd00::/126", true), ("10.8.0.0/30", "fd00::/127", false),
            ("10.0.0.0/8", "fd00::/104", true),
            ("10.0.0.0/8", "fd00::/105", false), ("10.8.0.0/24", "fd00::/16", true),
            ("10.8.0.0/24", "fd00::/15", false),
            ("10.8.0.0/24", "2001:db8::/64", true), ("10.8.0.0/24", "10.9.0.0/24", false),
            ("10.8.0.0/24", "fe80::/64", false),
            ("10.8.0.0/24", "ff02::/64", false), ("10.8.0.0/24", "::/64", false),
            ("10.8.0.0/24", "::ffff:0:0/96", false),
        ])
    func subnet6(subnet: String, subnet6: String, isValid: Bool) throws {
        if isValid {
            #expect(throws: Never.self) { try Self.plan(subnet, subnet6) }
        } else {
            let refusal = try #require(throws: AddressPlan.Refusal.self) { try Self.plan(subnet, subnet6) }
            #expect(refusal.field == .subnet6)
        }
    }

    @Test("one number makes both addresses")
    func bothFamilies() throws {
        let plan = try Self.plan("10.8.0.0/16", "fd00:8::/64")
        #expect(plan.hubAddress.description == "10.8.0.1")
        #expect(plan.hubAddress6?.description == "fd00:8::1")
        #expect(plan.addresses(7).map(\.description) == ["10.8.0.7", "fd00:8::7"])
        #expect(plan.addresses(0x1234).map(\.description) == ["10.8.18.52", "fd00:8::1234"])
        let single = try Self.plan("10.8.0.0/16")
        #expect(single.hubAddress6 == nil)
        #expect(single.address6(7) == nil)
        #expect(single.addresses(7).map(\.description) == ["10.8.0.7"])
    }

    @Test("an address that somebody chose has its number, in either family", arguments: 2...254 as ClosedRange<Int64>)
    func numberOfAddress(number: Int64) throws {
        let plan = try Self.plan("10.8.0.0/24", "fd00:8::/120")
        for address in plan.addresses(number) { #expect(try plan.number(of: address) == number) }
    }

    @Test(
        "an address outside, of the network, the hub or the broadcast, or beyond the last peer is refused",
        arguments: [
            "10.8.0.0", "10.8.0.1", "10.8.0.255", "10.8.1.2", "10.7.255.254", "0.0.0.0", "255.255.255.255", "fd00:8::",
            "fd00:8::1", "fd00:8::ff", "fd00:8::100", "fd00:8::1:0:0:2", "fd00:8:0:0:ffff:ffff:ffff:ffff",
            "fd00:8:0:1::2", "::2",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ])
    func refusesAddress(text: String) throws {
        let plan = try Self.plan("10.8.0.0/24", "fd00:8::/64")
        let address = try #require(IPAddress(text))
        let error = try #require(throws: InvalidValue.self) { try plan.number(of: address) }
        #expect(error.message.contains(address.description))
    }

    @Test(
        "a hub that was imported with another number keeps it, and the first one is a peer's",
        arguments: [2, 5, 254] as [Int64])
    func otherHub(hub: Int64) throws {
        let plan = try AddressPlan(subnet: IPPrefix("10.8.0.0/24"), subnet6: IPPrefix("fd00:8::/64"), hubNumber: hub)
        #expect(plan.hubAddress.description == "10.8.0.\(hub)")
        #expect(plan.hubAddress6?.description == "fd00:8::\(String(hub, radix: 16))")
        #expect(plan.peerCapacity == 253)
        #expect((-1...256).filter(plan.isPeerNumber) == (1...254).filter { $0 != hub })
        for address in plan.addresses(1) { #expect(try plan.number(of: address) == 1) }
        for address in plan.addresses(hub) {
            let error = try #require(throws: InvalidValue.self) { try plan.number(of: address) }
            #expect(error.message.contains("the hub's address"))
        }
    }

    @Test(
        "a hub's number that is not a host's is refused, with the addresses that are",
        arguments: [.min, -1, 0, 255, 256, .max] as [Int64])
    func refusesHub(hub: Int64) throws {
        let refusal = try #require(throws: AddressPlan.Refusal.self) {
            try AddressPlan(subnet: IPPrefix("10.8.0.0/24"), subnet6: nil, hubNumber: hub)
        }
        #expect(refusal.field == .hubAddress)
        #expect(refusal.fault.message.contains("10.8.0.1 to 10.8.0.254"))
    }

    @Test("an IPv6 address in a network without IPv6 is refused")
    func refusesMissingFamily() throws {
        let plan = try Self.plan("10.8.0.0/24")
        let address = try #require(IPAddress("fd00:8::2"))
        #expect(throws: InvalidValue.self) { try plan.number(of: address) }
    }
}
