/// One WireGuard interface as the kernel tells it, the device as its imprint alone: enough to know it again, and read in a
/// fraction of the time of the whole.
public struct InterfaceGlance: Sendable {
    /// The interface without its keys, its port and its peers.
    public var interface: ObservedInterface
    /// The index of its link.
    public var index: Int
    /// The imprint of the device.
    public var imprint: DeviceImprint
    /// Those of the peers looked for that have no endpoint, or are not there.
    public var unlocated: Set<PublicKey>

    /// Makes it from its parts.
    public init(interface: ObservedInterface, index: Int, imprint: DeviceImprint, unlocated: Set<PublicKey>) {
        self.interface = interface
        self.index = index
        self.imprint = imprint
        self.unlocated = unlocated
    }

    /// Takes it from the whole.
    public init(_ whole: ObservedInterface, index: Int, locating keys: Set<PublicKey>) {
        var interface = whole
        (interface.privateKey, interface.listenPort, interface.peers) = (nil, 0, [:])
        self.init(
            interface: interface, index: index, imprint: whole.imprint,
            unlocated: keys.filter { whole.peers[$0]?.status.endpoint == nil })
    }
}
