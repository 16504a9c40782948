import Glibc
import Testing
import WGPilotCore

@testable import WGPilotNetlink

/// The machine's network stack beside the backend, changed by ip(8), nft(8) and sysctl(8).
@Suite(
    "BackendBehaviour of the host's network", .serialized,
    .enabled(if: TestBackend.asked != nil, "runs with WGPILOT_LIVE alone"))
struct BackendBehaviourHostTests {
    private static var backend: TestBackend { TestBackend.available.last ?? .fake }
    private let host = LinuxHostNetwork()

    /// Whether the event comes within a time that no machine needs.
    private func comes(_ event: HostEvent, of stream: AsyncStream<HostEvent>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await next in stream where next == event || next == .lost { return next == event }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(20))
                return false
            }
            let came = await group.next() ?? false
            group.cancelAll()
            return came
        }
    }

    /// Makes a link whose every change is a mark in the stream: what comes before it has been read then.
    private func marker(_ fixture: BackendFixture) async throws -> (AsyncStream<HostEvent>) async throws -> Void {
        let name = try fixture.name("m").description
        try await fixture.addForeignInterface(name)
        return { stream in
            // An address, for a link's own attributes may be what they are to be already.
            let address = fixture.address4(250, length: 32).description
            try await Program.run("ip", "address", "add", address, "dev", name)
            try await Program.run("ip", "address", "del", address, "dev", name)
            #expect(await comes(.link(name), of: stream))
        }
    }

    @Test("whatever somebody does to an interface is told by its name")
    func linkEvents() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let desired = try fixture.desired([fixture.peer(2)])
            try await fixture.converge(desired)
            let name = desired.name.description
            let mark = try await marker(fixture)
            let stream = try await host.events()
            let site = IPPrefix(masking: fixture.v4(0x8000), length: 24).description
            let site6 = IPPrefix(masking: fixture.v6(1 << 40), length: 96).description
            for change in [
                ["address", "add", fixture.address4(77).description, "dev", name],
                ["address", "del", fixture.address4(77).description, "dev", name],
                ["address", "add", fixture.address6(77).description, "dev", name],
                ["-4", "route", "add", site, "dev", name], ["-4", "route", "del", site, "dev", name],
                ["-6", "route", "add", site6, "dev", name], ["-6", "route", "del", site6, "dev", name],
                ["link", "set", name, "mtu", "1300"], ["link", "set", name, "down"], ["link", "set", name, "up"],
                ["link", "del", name],
            ] {
                try await mark(stream)
                try await Program.run(["ip"] + change)
                #expect(await comes(.link(name), of: stream), "\(change)")
            }
        }
    }

    @Test("a link that comes is told by its name, and one that is renamed by both")
    func newLink() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let (name, other) = (try fixture.name("n").description, try fixture.name("o").description)
            let stream = try await host.events()
            try await fixture.addForeignInterface(name)
            #expect(await comes(.link(name), of: stream))
            try await Program.run("ip", "link", "set", name, "down")
            try await Program.run("ip", "link", "set", name, "name", other)
            #expect(await comes(.link(other), of: stream))
            try await Program.run("ip", "link", "del", other)
            #expect(await comes(.link(other), of: stream))
        }
    }

    @Test("rules that somebody adds or takes away are told")
    func firewallEvents() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let mark = try await marker(fixture)
            let stream = try await host.events()
            try await Program.run("nft", "add", "table", "inet", "wgpilot_test")
            #expect(await comes(.firewall, of: stream))
            try await mark(stream)
            // Not `flush ruleset`, which is the same to the kernel but for the tables of the tests that run beside this one.
            try await Program.run("nft", "delete", "table", "inet", "wgpilot_test")
            #expect(await comes(.firewall, of: stream))
        }
    }

    @Test("more news than the socket holds is one loss, and then news go on")
    func manyEvents() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let name = try fixture.name("n").description
            try await fixture.addForeignInterface(name)
            let stream = try await host.events()
            var batch = ""
            for number in 0..<20_000 {
                batch += "route add \(fixture.v4(number)) dev \(name)\n"
            }
            try await Program.run("ip", "-batch", "-", input: batch)
            // Nobody read meanwhile; there is little to read all the same.
            var count = 0
            let last = try fixture.name("l").description
            try await fixture.addForeignInterface(last)
            for await event in stream {
                count += 1
                if event == .link(last) || event == .lost { break }
            }
            #expect(count <= HostEventBuffer.limit)
            // Where the machine is slow, what is left of the flood is a loss of its own.
            var isHeard = false
            for state in ["down", "up", "down", "up", "down"] where !isHeard {
                try await Program.run("ip", "link", "set", last, state)
                isHeard = await comes(.link(last), of: stream)
            }
            #expect(isHeard)
        }
    }

    @Test("the routes of the main table are those that ip(8) shows, without defaults, drops and other tables")
    func routes() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let name = try fixture.name("n").description
            try await fixture.addForeignInterface(name)
            let (v4, v6) = (IPPrefix(masking: fixture.v4(0), length: 16), IPPrefix(masking: fixture.v6(0), length: 64))
            let (dropped, elsewhere) = (
                IPPrefix(masking: fixture.v4(0x4000), length: 18).description,
                IPPrefix(masking: fixture.v4(0x8000), length: 18).description
            )
            let before = Set(try await host.routes())
            for arguments in [
                ["-4", "route", "add", v4.description, "dev", name, "proto", "42"],
                ["-6", "route", "add", v6.description, "dev", name],
                ["-4", "route", "add", "default", "dev", name, "metric", "4000"],
                ["-4", "route", "add", "blackhole", dropped],
                ["-4", "route", "add", elsewhere, "dev", name, "table", "77"],
            ] {
                try await Program.run(["ip"] + arguments)
            }
            let after = try await host.routes()
            // By address, for tests beside this one have routes of their own.
            let here = after.filter { !before.contains($0) && (v4.contains($0.destination) || v6 == $0.destination) }
            #expect(
                Set(here) == [
                    HostRoute(destination: v4, interface: name, protocolNumber: 42),
                    HostRoute(destination: v6, interface: name, protocolNumber: 3),
                ])
            #expect(!after.contains { $0.destination.length == 0 })
            try await Program.run("ip", "route", "del", "blackhole", dropped)
        }
    }

    @Test("settings are written where sysctl(8) reads them")
    func settings() async throws {
        // Forwarding is the whole namespace's, and tests beside this one have packets forwarded: it is only switched on.
        for (setting, name) in [
            (KernelSetting.ipv4Forwarding, "net.ipv4.ip_forward"),
            (.ipv6Forwarding, "net.ipv6.conf.all.forwarding"),
        ] {
            try await host.set(setting, to: 1)
            #expect(try await host.value(of: setting) == 1)
            #expect(try await Program.run("sysctl", "-n", name) == "1\n")
        }
        try await BackendFixture.with(Self.backend) { fixture in
            let name = try fixture.name("n").description
            try await fixture.addForeignInterface(name)
            let setting = KernelSetting.acceptRouterAdvertisements(interface: name)
            for value in [2, 0, 1] {
                try await host.set(setting, to: value)
                #expect(try await host.value(of: setting) == value)
                #expect(try await Program.run("sysctl", "-n", setting.name) == "\(value)\n")
            }
        }
    }

    @Test("an interface with a route from a router advertisement is told while it would lose it")
    func routerAdvertisements() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let name = try fixture.name("n").description
            try await fixture.addForeignInterface(name)
            let setting = KernelSetting.acceptRouterAdvertisements(interface: name)
            try await host.set(setting, to: 1)
            #expect(try await host.interfacesWithRouterAdvertisements() == [])
            // The protocol is how the kernel marks what it learned so.
            let block = IPPrefix(masking: fixture.v6(0), length: 64).description
            try await Program.run("ip", "-6", "route", "add", block, "dev", name, "proto", "ra")
            #expect(try await host.interfacesWithRouterAdvertisements() == [name])
            try await host.set(setting, to: 2)
            #expect(try await host.interfacesWithRouterAdvertisements() == [])
        }
    }
}
