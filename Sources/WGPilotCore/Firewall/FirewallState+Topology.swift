extension FirewallState {
    /// The bridges by which a network reaches others, by number.
    func bridges(from interface: InterfaceName) -> [FirewallBridge] {
        bridges.filter { bridge in
            bridge.from == interface && bridge.to != interface
                && networks.contains { $0.interface == bridge.to }
        }.sorted { ($0.id, $0.to) < ($1.id, $1.to) }
    }

    /// The bridge by which a network reaches an address in another; nil where none leads there.
    func bridge(from: InterfaceName, to: InterfaceName, reaching address: IPAddress) -> FirewallBridge? {
        bridges(from: from).first { bridge in
            bridge.to == to
                && (bridge.destinations.isEmpty || bridge.destinations.contains { $0.contains(address) })
        }
    }
}
