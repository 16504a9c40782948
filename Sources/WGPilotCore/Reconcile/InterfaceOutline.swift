/// What an interface of ours should be, but for its keys, its port and its peers: for these a ``DeviceImprint`` stands.
public struct InterfaceOutline: Sendable {
    /// The interface's name.
    public var name: InterfaceName
    /// The MTU in bytes; nil is ``DesiredInterface/defaultMTU``.
    public var mtu: Int?
    /// The hub's addresses.
    public var addresses: [InterfaceAddress]
    /// The blocks that are routed through the interface.
    public var routes: Set<IPPrefix>
    /// The peers that have an endpoint of their own; any other will do as well, for peers roam, but not none.
    public var located: Set<PublicKey>

    /// Makes it from its parts.
    public init(
        name: InterfaceName, mtu: Int?, addresses: [InterfaceAddress], routes: Set<IPPrefix>, located: Set<PublicKey>
    ) {
        self.name = name
        self.mtu = mtu
        self.addresses = addresses
        self.routes = routes
        self.located = located
    }

    /// Whether an interface is so, whatever its keys, its port and the rest of its peers are. Where its imprint is the
    /// right one too, ``Plan/between(desired:observed:name:)`` would find nothing to do.
    ///
    /// - Parameter glance: Taken with ``located`` as the peers to be found.
    public func isMet(by glance: InterfaceGlance) -> Bool {
        glance.unlocated.isEmpty && Plan.isStackInStep(self, glance.interface)
    }
}
