import WGPilotCore

extension ObservedInterface {
    /// An interface as the kernel has it when it was made and its device configured, and nothing else yet.
    init(created interface: DesiredInterface) {
        self.init(
            name: interface.name, privateKey: interface.privateKey, listenPort: interface.listenPort,
            mtu: interface.mtu ?? DesiredInterface.defaultMTU,
            peers: interface.peers.mapValues { ObservedPeer(applied: $0) })
    }

    /// An interface as the kernel has it right after it was made as it should be.
    init(applied interface: DesiredInterface) {
        self.init(
            name: interface.name, privateKey: interface.privateKey, listenPort: interface.listenPort,
            mtu: interface.mtu ?? DesiredInterface.defaultMTU, isUp: true, addresses: Set(interface.addresses),
            routes: interface.peers.values.reduce(into: []) { $0.formUnion($1.routes) },
            peers: interface.peers.mapValues { ObservedPeer(applied: $0) })
    }
}
