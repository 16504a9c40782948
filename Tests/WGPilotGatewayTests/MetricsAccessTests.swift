import Testing
import WGPilotCore

@testable import WGPilotGateway

struct MetricsAccessTests {
    private func access(_ blocks: [String], token: String? = "wgp_file") throws -> MetricsAccess {
        MetricsAccess(allowed: try blocks.map { try IPPrefix($0) }, token: token)
    }

    private func used(
        _ access: MetricsAccess, shown: Credential? = nil, address: String, isForwarded: Bool = false
    ) -> String? {
        access.credential(shown: shown, address: address, isForwarded: isForwarded)?.authorization
    }

    @Test func withoutConfigurationNobodyIsServedWithoutAToken() {
        #expect(used(MetricsAccess(), address: "127.0.0.1") == nil)
    }

    @Test(arguments: [
        ("192.0.2.9", true), ("192.0.3.9", false), ("::ffff:192.0.2.9", true), ("2001:db8::1", true),
        ("2001:db9::1", false),
        ("", false), ("nonsense", false),
    ])
    func anAddressCountsWhereItIsInABlock(_ address: String, _ isServed: Bool) throws {
        let access = try access(["192.0.2.0/24", "2001:db8::/32"])
        #expect(used(access, address: address) == (isServed ? "Bearer wgp_file" : nil))
    }

    @Test func whoShowsATokenIsServedWithThatOneAlone() throws {
        let access = try access(["192.0.2.0/24"])
        #expect(used(access, shown: .token("wgp_own"), address: "192.0.2.9") == "Bearer wgp_own")
    }

    @Test func whatAProxyPassedOnHasNoAddress() throws {
        #expect(used(try access(["127.0.0.0/8"]), address: "127.0.0.1", isForwarded: true) == nil)
    }

    @Test func withoutATokenAnAddressIsWorthNothing() throws {
        #expect(used(try access(["192.0.2.0/24"], token: nil), address: "192.0.2.9") == nil)
    }
}
