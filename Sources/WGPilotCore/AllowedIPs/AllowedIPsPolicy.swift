/// Which blocks belong to a peer, on the hub's side and in the client's file, by the mode of the network.
public enum AllowedIPsPolicy {
    /// What the hub accepts from a peer and sends to it: its own addresses, and in a site-to-site network the networks
    /// behind it. Addresses first, as given.
    public static func hubSide(
        mode: NetworkMode, addresses: [IPAddress], siteNetworks: [IPPrefix]
    ) -> [IPPrefix] {
        addresses.map(\.hostPrefix) + (mode == .siteToSite ? siteNetworks : [])
    }

    /// What a client sends into the tunnel.
    ///
    /// - Parameters:
    ///   - network: The settings of the network.
    ///   - peer: The settings of the peer whose file it is.
    ///   - otherSites: The networks behind the other site gateways, in the order the gateways were created.
    ///   - bridged: The blocks of the networks that a bridge joins to this one: without them a client would neither send
    ///     there nor take what comes from there.
    /// - Returns: The blocks in order, without duplicates and without what the peer keeps out of its tunnel.
    public static func clientSide(
        network: NetworkSettings, peer: PeerSettings, otherSites: [IPPrefix], bridged: [IPPrefix] = []
    ) -> [IPPrefix] {
        let subnets = [network.subnet] + (network.subnet6.map { [$0] } ?? [])
        let blocks: [IPPrefix]
        switch network.mode {
        case .gateway:
            switch peer.tunnel ?? network.tunnel {
            case .full: blocks = [.everyV4, .everyV6]
            case .split: blocks = subnets + network.customCIDRs + peer.extraCIDRs + bridged
            }
        case .siteToSite:
            let own = Set(peer.siteNetworks)
            let others = otherSites.filter { !own.contains($0) }
            blocks = (others.isEmpty ? subnets : others) + bridged
        case .hubRouted:
            blocks = subnets + bridged
        }
        var seen: Set<IPPrefix> = []
        return blocks.flatMap { $0.excluding(peer.excludedCIDRs) }.filter { seen.insert($0).inserted }
    }
}
