import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol

extension Hub {
    /// The machine's interfaces.
    func links() async throws(RPCError) -> [LinkInfo] {
        do {
            return try await kernel.links()
        } catch {
            throw RPCError(error)
        }
    }

    /// Refuses a subnet that the machine already reaches by another interface: routes would be ambiguous, and the hub
    /// could lose the way to itself.
    func check(_ settings: NetworkSettings, against links: [LinkInfo], own: InterfaceName?) throws(RPCError) {
        let subnet6 = settings.subnet6.map { [(NetworkField.subnet6.rawValue, $0)] } ?? []
        try check([(NetworkField.subnet.rawValue, settings.subnet)] + subnet6, against: links, own: own)
    }

    /// Refuses networks behind a site gateway that the machine reaches by another interface: the route into the tunnel
    /// would take the hub's own uplink away.
    func checkSites(_ settings: PeerSettings, own: InterfaceName) async throws(RPCError) {
        if settings.siteNetworks.isEmpty { return }
        let blocks = settings.siteNetworks.enumerated().map { index, block in
            ("\(PeerField.siteNetworks.rawValue)[\(index)]", block)
        }
        try check(blocks, against: try await links(), own: own)
    }

    private func check(
        _ blocks: [(field: String, block: IPPrefix)], against links: [LinkInfo], own: InterfaceName?
    ) throws(RPCError) {
        for link in links where link.name != own?.description {
            for address in link.globalAddresses {
                for (field, block) in blocks where block.overlaps(address.prefix) {
                    let message = "\(block) overlaps \(address.prefix) of the interface \(link.name.quotedForMessage)"
                    throw RPCError(
                        .failedPrecondition, reason: "overlap", message: message,
                        fields: [FieldViolation(field: field, message: message)])
                }
            }
        }
    }
}
