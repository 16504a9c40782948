public import WGPilotCore

/// A unicast route of the machine's main table.
public struct HostRoute: Hashable, Sendable {
    /// Where it leads.
    public var destination: IPPrefix
    /// The interface it goes through; nil where it goes through several.
    public var interface: String?
    /// Who made it (`rtm_protocol` in linux/rtnetlink.h).
    public var protocolNumber: UInt8

    /// Whether WGPilot made it, for a site network.
    public var isOwn: Bool { protocolNumber == RouteProtocol.wgpilot }

    /// Makes it from its parts.
    public init(destination: IPPrefix, interface: String?, protocolNumber: UInt8) {
        self.destination = destination
        self.interface = interface
        self.protocolNumber = protocolNumber
    }
}
