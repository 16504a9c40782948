import Glibc
import Testing
import WGPilotCore

@testable import WGPilotNetlink

/// A hub in the network namespace of the process, with tunnels in place of WireGuard's interfaces: what a test writes into
/// one comes in by it, and what the kernel sends out by it the test reads.
///
/// fw0…fw2 are networks with what ``NftablesSamples`` gives them; out0 leads to 198.51.100.0/24 and 2001:db8::/64, out1
/// to 203.0.113.0/24 (the blocks for examples of RFC 5737 and 3849).
struct NftablesHub {
    private let tunnels: [String: Int32]
    private let route = RouteFamily()
    private var numbers: UInt16 = 20_000

    /// Runs the body with a hub, which is gone afterwards.
    static func with(_ body: (inout NftablesHub) async throws -> Void) async throws {
        var hub = try await NftablesHub()
        do {
            try await body(&hub)
        } catch {
            try? await hub.close()
            throw error
        }
        try await hub.close()
    }

    private init() async throws {
        for (setting, value) in [
            ("ipv4/ip_forward", "1"), ("ipv6/conf/all/forwarding", "1"), ("ipv4/icmp_ratemask", "0"),
            ("ipv4/conf/all/rp_filter", "0"), ("ipv4/conf/default/rp_filter", "0"),
            ("ipv4/conf/all/send_redirects", "0"), ("ipv4/conf/default/send_redirects", "0"),
        ] { try Self.write(value, to: "/proc/sys/net/\(setting)") }
        var tunnels: [String: Int32] = [:]
        for name in ["fw0", "fw1", "fw2", "out0", "out1"] { tunnels[name] = try Self.tunnel(name) }
        self.tunnels = tunnels
        for number in 0..<3 {
            let network = try NftablesSamples.network(number, mode: .siteToSite)
            try await set(
                up: "fw\(number)", addresses: zip(network.hubAddresses, network.subnets).map { ($0, $1.length) },
                routes: network.siteNetworks)
        }
        try await set(
            up: "out0",
            addresses: [
                (try NftablesSamples.address("198.51.100.1"), 24), (try NftablesSamples.address("2001:db8::1"), 64),
            ])
        try await set(up: "out1", addresses: [(try NftablesSamples.address("203.0.113.1"), 24)])
    }

    /// The links are deleted besides, because a child that another test starts may for a moment hold the descriptors too.
    private func close() async throws {
        for name in tunnels.keys {
            if let link = try await route.link(name) { try await route.deleteLink(link.index) }
        }
        for tunnel in tunnels.values { _ = Glibc.close(tunnel) }
    }

    private static func write(_ text: String, to path: String) throws {
        let number = unsafe open(path, O_WRONLY | O_CLOEXEC)
        try #require(number >= 0, "\(path): \(errno)")
        defer { _ = Glibc.close(number) }
        let count = unsafe Glibc.write(number, text, text.utf8.count)
        try #require(count == text.utf8.count, "\(path): \(errno)")
    }

    /// `TUNSETIFF` of linux/if_tun.h with `IFF_TUN | IFF_NO_PI`, on a `struct ifreq` of 40 bytes.
    private static func tunnel(_ name: String) throws -> Int32 {
        let number = unsafe open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(number >= 0, "/dev/net/tun: \(errno)")
        var request = Array(name.utf8) + [UInt8](repeating: 0, count: 40 - name.utf8.count)
        request.replaceSubrange(16...17, with: [0x01, 0x10])
        let code = unsafe ioctl(number, 0x4004_54CA, &request)
        try #require(code == 0, "TUNSETIFF: \(errno)")
        return number
    }

    private func set(up name: String, addresses: [(IPAddress, UInt8)], routes: [IPPrefix] = []) async throws {
        let link = try #require(try await route.link(name))
        for (address, length) in addresses {
            try await route.addAddress(link.index, InterfaceAddress(address: address, prefixLength: length))
        }
        try await route.setLink(link.index, up: true)
        for block in routes { try await route.addRoute(link.index, block) }
    }

    /// Sets how large a packet an interface takes.
    func setMTU(of name: String, to mtu: Int) async throws {
        let link = try #require(try await route.link(name))
        try await route.setLink(link.index, mtu: mtu)
    }

    /// A port, or the number of an echo, that no conversation has had.
    mutating func nextNumber() -> UInt16 {
        numbers += 1
        return numbers
    }

    /// Sends a packet in by an interface, and gives what went out by each meanwhile.
    ///
    /// A packet that the rules do not look at follows it. Packets are handled in the order in which they come, so when the
    /// second has gone out the first has too, or never will.
    mutating func send(_ packet: NftablesPacket, by name: String) throws -> [String: [NftablesPacket]] {
        try write(packet, to: name)
        let last = NftablesPacket(
            from: try NftablesSamples.address("198.51.100.9"), to: try NftablesSamples.address("203.0.113.9"), .udp,
            sourcePort: nextNumber(), port: 9)
        try write(last, to: "out0")
        var seen: [String: [NftablesPacket]] = [:]
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            for (name, tunnel) in tunnels { seen[name, default: []] += read(tunnel) }
            if seen["out1"]?.contains(last) == true {
                for (name, tunnel) in tunnels { seen[name, default: []] += read(tunnel) }
                return seen
            }
            try #require(ContinuousClock.now < deadline, "a packet that is none of the rules' business was lost")
            var poll = pollfd(fd: try #require(tunnels["out1"]), events: Int16(POLLIN), revents: 0)
            unsafe _ = Glibc.poll(&poll, 1, 100)
        }
    }

    private func write(_ packet: NftablesPacket, to name: String) throws {
        let bytes = packet.bytes
        let count = unsafe Glibc.write(try #require(tunnels[name]), bytes, bytes.count)
        try #require(count == bytes.count, "write to \(name): \(errno)")
    }

    private func read(_ tunnel: Int32) -> [NftablesPacket] {
        var packets: [NftablesPacket] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let count = unsafe Glibc.read(tunnel, &buffer, buffer.count)
            if count <= 0 { return packets }
            if let packet = NftablesPacket(buffer.prefix(count)) { packets.append(packet) }
        }
    }
}
