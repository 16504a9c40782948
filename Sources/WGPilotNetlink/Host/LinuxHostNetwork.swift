public import WGPilotCore

/// The network stack of the Linux kernel.
public struct LinuxHostNetwork: HostNetwork {
    private let route = RouteFamily()
    private let nftables = NftablesFamily()
    /// A long list is nothing that a peer who is thrown out should wait for.
    let connectionList = ConntrackFamily()
    let connectionRemoval = ConntrackFamily()
    let trafficControl = TrafficFamily()
    private let worker = BlockingWorker(label: "wgpilot.host")

    /// Makes it; nothing is opened before the first call.
    public init() {}

    /// The unicast routes of the main table, default routes left out.
    public func routes() async throws(KernelError) -> [HostRoute] {
        try await translating("list the routes") { () throws(NetlinkError) in
            let names = try await linkNames()
            return try await route.routes().filter { $0.isUnicast && $0.destination.length > 0 }.map { route in
                HostRoute(
                    destination: route.destination, interface: route.index.flatMap { names[$0] },
                    protocolNumber: route.protocolNumber)
            }
        }
    }

    /// The blocks that we route through an interface.
    public func ownRoutes(through interface: InterfaceName) async throws(KernelError) -> Set<IPPrefix> {
        try await translating("read the routes through \(interface)") { () throws(NetlinkError) in
            guard let link = try await route.link(interface.description) else { return [] }
            return try await route.routes(through: link.index).own
        }
    }

    /// The digest of our table of rules.
    public func firewallDigest() async throws(KernelError) -> String? {
        try await nftables.firewallDigest()
    }

    /// Replaces our table of rules.
    public func replaceFirewall(_ rules: String?) async throws(KernelError) {
        try await nftables.replaceFirewall(rules)
    }

    /// The number of the present generation of rules.
    public func firewallGeneration() async throws(KernelError) -> UInt32 {
        try await nftables.generation()
    }

    /// Rules of others that drop what would be forwarded.
    public func foreignForwardDrops() async throws(KernelError) -> [String] {
        try await nftables.foreignForwardDrops()
    }

    /// The value of a setting of the kernel.
    public func value(of setting: KernelSetting) async throws(KernelError) -> Int? {
        try await worker.run { () throws(KernelError) in try setting.read() }
    }

    /// Changes a setting of the kernel; nothing is written where it is so already.
    public func set(_ setting: KernelSetting, to value: Int) async throws(KernelError) {
        try await worker.run { () throws(KernelError) in try setting.write(value) }
    }

    /// The interfaces that learn routes from router advertisements, by name.
    public func interfacesWithRouterAdvertisements() async throws(KernelError) -> [String] {
        let operation = "look for router advertisements"
        let names = try await translating(operation) { () throws(NetlinkError) in
            let names = try await linkNames()
            let learned = try await route.routes(.v6, protocol: RouteProtocol.routerAdvertisement)
            return Set(learned.compactMap { $0.index.flatMap { names[$0] } }).sorted()
        }
        var found: [String] = []
        for name in names where try await value(of: .acceptRouterAdvertisements(interface: name)) == 1 {
            found.append(name)
        }
        return found
    }

    /// News of changes from now on.
    public func events() async throws(KernelError) -> AsyncStream<HostEvent> {
        try await translating("listen for changes of the network") { () throws(NetlinkError) in
            let reader = HostEventReader()
            let buffer = try await reader.open(ignoring: try await trafficControl.port())
            // After the groups were joined, so that no link falls between the list and the news.
            await reader.know(try await linkNames())
            return reader.start(buffer)
        }
    }

    private func linkNames() async throws(NetlinkError) -> [Int32: String] {
        try await route.links().reduce(into: [:]) { $0[Int32(clamping: $1.index)] = $1.name }
    }
}
