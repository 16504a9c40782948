import Glibc
import Synchronization
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

/// What a behaviour is tried on: the model always, and with `WGPILOT_LIVE=userspace` or `WGPILOT_LIVE=kernel` the real
/// thing besides, in the network namespace that the process was started in.
enum TestBackend: String, CaseIterable, Sendable {
    case fake, userspace, kernel

    static var asked: String? {
        guard let value = unsafe getenv("WGPILOT_LIVE") else { return nil }
        return unsafe String(cString: value)
    }

    static var available: [TestBackend] {
        [.fake] + (asked.flatMap { TestBackend(rawValue: $0) }.map { [$0] } ?? [])
    }
}

/// One backend with names, ports and addresses of its own; what it made is gone afterwards.
struct BackendFixture: Sendable {
    let kernel: any Kernel
    let fake: FakeKernel?
    private let route = RouteFamily()
    private let number: Int

    private static let counter = Atomic(0)

    /// Runs the body with a fixture.
    ///
    /// - Parameter isLeft: Leaves what it made where it is, for whoever ends the network namespace.
    static func with(
        _ backend: TestBackend, isLeft: Bool = false, _ body: (BackendFixture) async throws -> Void
    ) async throws {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let fixture: BackendFixture
        switch backend {
        case .fake:
            let fake = FakeKernel()
            fixture = BackendFixture(kernel: fake, fake: fake, number: number)
        case .userspace, .kernel:
            let preference = KernelDetection.Preference(rawValue: backend.rawValue) ?? .auto
            fixture = BackendFixture(
                kernel: try await KernelDetection.detect(preference: preference), fake: nil, number: number)
            #expect(fixture.kernel.backend.kind.rawValue == backend.rawValue)
        }
        do {
            try await body(fixture)
        } catch {
            if !isLeft { try? await fixture.cleanUp() }
            throw error
        }
        if !isLeft { try await fixture.cleanUp() }
    }

    private init(kernel: any Kernel, fake: FakeKernel?, number: Int) {
        self.kernel = kernel
        self.fake = fake
        self.number = number
    }

    private func cleanUp() async throws {
        for link in try await kernel.links() where link.name.hasPrefix(prefix) {
            if link.kind == "wireguard" {
                try await kernel.apply([.deleteInterface(try InterfaceName(link.name))])
            } else {
                try await removeForeignInterface(link.name)
            }
        }
    }

    // MARK: Names

    private var prefix: String { "t\(String(getpid(), radix: 36))n\(number)-" }

    /// The first interface's name; a `wireguard-go` shares its socket folder with those of every other test run.
    var name: InterfaceName { get throws { try name("a") } }

    func name(_ letter: String) throws -> InterfaceName { try InterfaceName(prefix + letter) }

    func port(_ offset: Int = 0) -> UInt16 { UInt16(40000 + 10 * (number % 2000) + offset) }

    /// 10.N.0.0/16, a subnet that no other fixture has.
    func v4(_ host: Int) -> IPAddress {
        .v4(IPv4Address(rawValue: UInt32(10) << 24 | UInt32(number % 256) << 16 | UInt32(host)))
    }

    /// fd00:0:0:N::/64.
    func v6(_ host: Int) -> IPAddress {
        .v6(IPv6Address(rawValue: UInt128(0xFD00) << 112 | UInt128(number) << 64 | UInt128(host)))
    }

    func address4(_ host: Int, length: UInt8 = 24) -> InterfaceAddress {
        InterfaceAddress(address: v4(host), prefixLength: length)
    }

    func address6(_ host: Int, length: UInt8 = 64) -> InterfaceAddress {
        InterfaceAddress(address: v6(host), prefixLength: length)
    }

    /// An interface as a network would want it.
    func desired(_ peers: [DesiredPeer] = []) throws -> DesiredInterface {
        DesiredInterface(
            name: try name, privateKey: .generate(), listenPort: port(), mtu: 1380,
            addresses: [address4(1), address6(1)],
            peers: Dictionary(uniqueKeysWithValues: peers.map { ($0.publicKey, $0) }))
    }

    /// A peer with a fresh key and the addresses of a host.
    func peer(_ host: Int, presharedKey: PresharedKey? = nil, keepalive: UInt16 = 0) -> DesiredPeer {
        DesiredPeer(
            publicKey: PrivateKey.generate().publicKey, presharedKey: presharedKey,
            allowedIPs: [v4(host).hostPrefix, v6(host).hostPrefix], persistentKeepalive: keepalive, endpoint: nil)
    }

    // MARK: Doing

    /// Brings the interface to what it should be, as the reconciler does, and holds that a second look finds nothing left
    /// to do.
    @discardableResult
    func converge(_ desired: DesiredInterface) async throws -> ObservedInterface {
        let before = try await kernel.observe(desired.name)
        try await kernel.apply(Plan.between(desired: desired, observed: before, name: desired.name).steps)
        let after = try #require(try await kernel.observe(desired.name))
        let rest = Plan.between(desired: desired, observed: after, name: desired.name).steps
        #expect(rest.isEmpty, "still to do: \(rest.map(\.description))")
        return after
    }

    /// Sets an interface down behind the reconciler's back.
    func setDown(_ name: InterfaceName) async throws {
        if let fake { return fake.setDown(name) }
        let link = try #require(try await route.link(name.description))
        try await route.setLink(link.index, up: false)
    }

    /// Makes an interface that is not WireGuard.
    func addForeignInterface(_ name: String) async throws {
        if let fake { return fake.addForeignInterface(name) }
        try await route.createLink(name, kind: "bridge")
        let link = try #require(try await route.link(name))
        try await route.setLink(link.index, up: true)
    }

    private func removeForeignInterface(_ name: String) async throws {
        if let fake { return fake.removeInterface(name) }
        if let link = try await route.link(name) { try await route.deleteLink(link.index) }
    }

    /// Runs the body while a process of the machine's holds the port.
    func holding(port: UInt16, _ body: () async throws -> Void) async throws {
        if let fake {
            fake.hold(port: port, by: UDPPortOwner(description: "process test (pid \(getpid()))"))
            try await body()
            fake.hold(port: port, by: nil)
        } else {
            guard let socket = FileDescriptor(socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)) else {
                throw SystemError(call: "socket", errno: errno)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            let bound = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe bind(socket.number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(bound == 0, "the port \(port) is taken before the test")
            try await body()
            _ = consume socket
            // A program that another test starts has a copy of the socket until it runs.
            let deadline = ContinuousClock.now + .seconds(20)
            while UDPSocketTable.read().contains(where: { $0.port == port }) {
                try #require(ContinuousClock.now < deadline, "the port \(port) is not given back")
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// Makes a route through an interface of ours as wg-quick(8) does, whose routes have the protocol "boot".
    func addForeignRoute(_ prefix: IPPrefix, through name: InterfaceName) async throws {
        if let fake { return fake.addForeignRoute(prefix, through: name) }
        try await Program.run(
            "ip", prefix.address.isV4 ? "-4" : "-6", "route", "add", prefix.description, "dev", name.description)
    }

    /// Makes a route to the block that is not ours, through a foreign interface.
    func addForeignRoute(_ prefix: IPPrefix) async throws {
        if let fake { return fake.addForeignRoute(prefix) }
        let name = self.prefix + "x"
        try await addForeignInterface(name)
        let link = try #require(try await route.link(name))
        // The address's own subnet becomes a route of the kernel's.
        try await route.addAddress(
            link.index, InterfaceAddress(address: prefix.address, prefixLength: prefix.length))
    }

    /// Gives the first interface a peer with a live session, made by a second interface of the same machine, and gives the
    /// peer's key and status.
    func connect(_ desired: inout DesiredInterface) async throws -> (PublicKey, PeerStatus) {
        let other = PrivateKey.generate()
        var peer = DesiredPeer(
            publicKey: other.publicKey, presharedKey: .generate(),
            allowedIPs: [v4(200).hostPrefix, v6(200).hostPrefix], persistentKeepalive: 0, endpoint: nil)
        if let fake {
            desired.peers[peer.publicKey] = peer
            try await converge(desired)
            let status = PeerStatus(
                endpoint: SocketEndpoint(address: v4(99), port: 7), latestHandshake: 1_800_000_000, received: 148,
                sent: 92)
            fake.setStatus(status, of: peer.publicKey, on: desired.name)
            return (peer.publicKey, status)
        }
        let loopback = try #require(try await route.link("lo"))
        try await route.setLink(loopback.index, up: true)
        let here = SocketEndpoint(address: .v4(IPv4Address(rawValue: 0x7F00_0001)), port: port(1))
        peer.endpoint = here
        peer.persistentKeepalive = 1
        desired.peers[peer.publicKey] = peer
        var second = DesiredInterface(
            name: try name("b"), privateKey: other, listenPort: here.port, mtu: nil, addresses: [], peers: [:])
        let hub = desired.privateKey.publicKey
        second.peers[hub] = DesiredPeer(
            publicKey: hub, presharedKey: peer.presharedKey, allowedIPs: [v4(1).hostPrefix], persistentKeepalive: 0,
            endpoint: nil)
        try await converge(second)
        try await converge(desired)
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let status = try #require(try await kernel.peerStatus(desired.name)?[peer.publicKey])
            if status.latestHandshake != nil, status.received > 0 { return (peer.publicKey, status) }
            guard ContinuousClock.now < deadline else {
                Issue.record("no handshake within 30 s")
                return (peer.publicKey, status)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
