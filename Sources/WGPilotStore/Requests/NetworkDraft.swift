public import WGPilotCore

/// What a new network is to be.
public struct NetworkDraft: Sendable {
    /// What was chosen for it; its listen port is replaced by ``listenPort``.
    public var settings: NetworkSettings
    /// The UDP port; nil takes the lowest from ``firstListenPort`` on that no network has.
    public var listenPort: UInt16?
    /// The hub's private key; nil makes one.
    public var privateKey: PrivateKey?
    /// The interface, where it is there already; nil takes the lowest free `wgN`.
    public var interface: InterfaceName?

    /// The port that WireGuard's own documentation uses; automatic choice starts here.
    public static let firstListenPort: UInt16 = 51820

    /// Makes it from its parts.
    public init(
        settings: NetworkSettings, listenPort: UInt16?, privateKey: PrivateKey? = nil, interface: InterfaceName? = nil
    ) {
        self.settings = settings
        self.listenPort = listenPort
        self.privateKey = privateKey
        self.interface = interface
    }
}
