import Testing
import WGPilotCore

@Suite("The settings of a network, taken together")
struct NetworkSettingsTests {
    @Test("sensible settings have no fault", arguments: NetworkMode.allCases)
    func accepts(mode: NetworkMode) throws {
        var settings = try Samples.network(mode, subnet6: "fd00:8::/64")
        settings.mtu = 1420
        settings.searchDomains = ["example.org", "corp"]
        #expect(settings.validate().isEmpty)
        #expect(settings.addressPlan != nil)
    }

    // RFC 8200 §5 for the lower end.
    @Test(
        "the MTU's limits hold to the byte",
        arguments: [
            (1279, false), (1280, true), (1420, true), (65455, true), (65456, false), (0, false), (-1, false),
            (.max, false),
        ])
    func mtu(value: Int, isValid: Bool) throws {
        var settings = try Samples.network(.gateway)
        settings.mtu = value
        #expect(settings.validate().map(\.field) == (isValid ? [] : [.mtu]))
    }

    @Test(
        "a fault of one subnet is told of that subnet",
        arguments: [
            ("10.8.0.0/31", "fd00::/64", NetworkField.subnet), ("10.8.0.0/24", "fd00::/121", .subnet6),
            ("10.8.0.0/24", "ff02::/64", .subnet6), ("127.0.0.0/24", "fd00::/64", .subnet),
        ])
    func subnets(subnet: String, subnet6: String, field: NetworkField) throws {
        let settings = try Samples.network(.gateway, subnet: subnet, subnet6: subnet6)
        #expect(settings.validate().map(\.field) == [field])
        #expect(settings.addressPlan == nil)
    }

    @Test("a link-local subnet is refused, as fe80::/10 is, and is still read where it is stored")
    func linkLocal() throws {
        let settings = try Samples.network(.gateway, subnet: "169.254.3.0/24")
        #expect(settings.validate().map(\.field) == [.subnet])
        #expect(settings.addressPlan != nil)
    }

    @Test("all faults are told at once, each search domain's too")
    func allFaults() throws {
        var settings = try Samples.network(.gateway, subnet: "10.8.0.0/31")
        settings.listenPort = 0
        settings.mtu = 100
        settings.searchDomains = ["example.org", "a b", "corp", "x\ny"]
        let faults = settings.validate()
        #expect(faults.map(\.field) == [.subnet, .listenPort, .mtu, .searchDomains, .searchDomains])
        #expect(!faults.contains { $0.fault.message.contains("\n") })
    }

    @Test("the hub's addresses are the first of each subnet, with the subnet's length")
    func hubAddresses() throws {
        let key = try PublicKey(KeyVector.alice.publicKey)
        let interface = try InterfaceName("wg0")
        let dual = Network(
            id: 1, settings: try Samples.network(.gateway, subnet: "10.8.16.0/20", subnet6: "fd00:8::/64"),
            interface: interface, publicKey: key, createdAt: 0, updatedAt: 0)
        #expect(dual.hubAddresses.map(\.description) == ["10.8.16.1/20", "fd00:8::1/64"])
        let single = Network(
            id: 1, settings: try Samples.network(.gateway), interface: interface, publicKey: key, createdAt: 0,
            updatedAt: 0)
        #expect(single.hubAddresses.map(\.description) == ["10.8.0.1/24"])
    }
}
