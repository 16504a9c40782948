import Glibc
import Testing

@testable import WGPilotNetlink

@Suite("Settings of the kernel")
struct KernelSettingTests {
    @Test("each setting is where Documentation/networking/ip-sysctl.rst has it, by the name that sysctl(8) takes")
    func names() {
        let settings: [(KernelSetting, String, String)] = [
            (.ipv4Forwarding, "/proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward"),
            (.ipv6Forwarding, "/proc/sys/net/ipv6/conf/all/forwarding", "net.ipv6.conf.all.forwarding"),
            (
                .acceptRouterAdvertisements(interface: "eth0.100"), "/proc/sys/net/ipv6/conf/eth0.100/accept_ra",
                "net.ipv6.conf.eth0/100.accept_ra"
            ),
            // Documentation/networking/nf_conntrack-sysctl.rst.
            (.connectionAccounting, "/proc/sys/net/netfilter/nf_conntrack_acct", "net.netfilter.nf_conntrack_acct"),
            (
                .connectionTimestamps, "/proc/sys/net/netfilter/nf_conntrack_timestamp",
                "net.netfilter.nf_conntrack_timestamp"
            ),
        ]
        for (setting, path, name) in settings {
            #expect(setting.path == path)
            #expect(setting.name == name)
            #expect(KernelSetting(name: name) == setting)
        }
    }

    @Test(
        "no name of an interface leads out of its folder or to every interface at once",
        arguments: ["", ".", "..", "a/b", "../all", "all", "default", "a b", "a\n", "\0", "sixteen_letters_"])
    func hostileNames(_ name: String) throws {
        let setting = KernelSetting.acceptRouterAdvertisements(interface: name)
        #expect(setting.path == nil)
        #expect(try setting.read() == nil)
        let error = #expect(throws: KernelError.self) { try setting.write(2) }
        #expect(error?.code == .notSupported)
    }

    @Test("a setting is read, and one of an interface that is not there is nil")
    func read() async throws {
        let host = LinuxHostNetwork()
        let value = try #require(try await host.value(of: .ipv4Forwarding))
        #expect([0, 1].contains(value))
        // Writing what is there already needs no right.
        try await host.set(.ipv4Forwarding, to: value)
        #expect(try await host.value(of: .acceptRouterAdvertisements(interface: "nosuchlink")) == nil)
    }

    @Test("who may not write it is told what to do by hand", arguments: [EROFS, EACCES, EPERM])
    func advice(_ errno: Int32) {
        let error = KernelSetting.ipv4Forwarding.refusal(SystemError(call: "open", errno: errno), 1)
        #expect(error.code == .notPermitted && error.errno == errno)
        #expect(error.message.contains("`sysctl -w net.ipv4.ip_forward=1`"))
        #expect(error.message.contains("ProtectKernelTunables") && error.message.contains("/etc/sysctl.d"))
        #expect(
            KernelSetting.ipv6Forwarding.refusal(SystemError(call: "write", errno: EINVAL), 7).code == .invalidValue)
    }
}
