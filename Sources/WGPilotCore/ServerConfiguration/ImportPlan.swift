/// What importing a running interface, a wg-quick file or both would make, or everything that stands against it.
public struct ImportPlan: Sendable {
    /// A network and its peers. Where they come from a running interface, bringing that interface to what they say
    /// changes nothing on it, so that no session is lost; the notes tell the exceptions.
    public struct Outcome: Sendable {
        /// One peer. Its private key is its own.
        public struct Peer: Sendable {
            /// What is chosen for it.
            public let settings: PeerSettings
            /// Its public key.
            public let publicKey: PublicKey
            /// Its preshared key; absent where it had none.
            public let presharedKey: PresharedKey?
            /// Its IPv4 tunnel address, from which its IPv6 one follows.
            public let address: IPAddress
            /// The line of the file that it begins at, where it is in one.
            public let line: Int?

            /// A sentence about it as ``ImportFinding`` tells one.
            public func named(_ message: String) -> String {
                ImportFinding(severity: .refusal, line: line, peer: settings.name, message: message).description
            }
        }

        /// What is chosen for the network.
        public let settings: NetworkSettings
        /// The hub's private key.
        public let privateKey: PrivateKey
        /// The peers: in the file's order, then those that only the interface has, by address.
        public let peers: [Peer]
    }

    /// The most networks behind one peer; each is compared with each.
    public static let mostSiteNetworks = 512

    /// What would be made; nil where a finding stands against it.
    public let outcome: Outcome?
    /// What a person should know. Of many findings the first hundred of a severity are told.
    public let findings: [ImportFinding]

    /// Plans the import.
    ///
    /// - Parameters:
    ///   - name: The network's name.
    ///   - interface: The running interface. With a file too, the interface says what is; the file gives the names, by
    ///     public key, and the private key only where the interface has none.
    ///   - file: The file.
    ///   - mode: The network's mode; nil takes site-to-site where a peer has blocks outside the subnets, else gateway.
    public init(
        name: DisplayName, interface: ObservedInterface?, file: ServerConfiguration?, mode: NetworkMode?
    ) {
        var findings = ImportFindings()
        let source = ImportSource(interface: interface, file: file, findings: &findings)
        let settings = Self.settings(name, source, mode, &findings)
        let peers = Self.peers(source, settings, &findings)
        if let settings, let privateKey = source.privateKey, !findings.isRefused {
            outcome = Outcome(settings: settings, privateKey: privateKey, peers: peers)
        } else {
            outcome = nil
        }
        self.findings = findings.all
    }

    /// The network's settings; nil where there are no subnets to speak of.
    private static func settings(
        _ name: DisplayName, _ source: ImportSource, _ mode: NetworkMode?, _ findings: inout ImportFindings
    ) -> NetworkSettings? {
        if source.privateKey == nil { findings.refuse("there is no private key of the hub") }
        if source.listenPort == 0 {
            findings.refuse(
                "there is no listen port: "
                    + (source.interface.map { "set one with `wg set \($0) listen-port PORT`" }
                        ?? "add a line ListenPort = PORT to the section [Interface]"))
        }
        var addresses: [InterfaceAddress] = []
        for address in source.addresses {
            if address.address.isLinkLocal {
                findings.note("the link-local address \(address) is not taken over")
            } else {
                addresses.append(address)
            }
        }
        let v4 = addresses.filter { $0.address.isV4 }
        let v6 = addresses.filter { !$0.address.isV4 }
        if v4.isEmpty { findings.refuse("the hub has no IPv4 address; a network needs an IPv4 subnet") }
        for family in [v4, v6] where family.count > 1 {
            let list = family.prefix(8).map(\.description).joined(separator: ", ")
            findings.refuse("the hub has more than one address of a family: \(list)")
        }
        guard let address = v4.first, v4.count == 1, v6.count <= 1 else { return nil }
        let subnet = address.prefix
        let subnet6 = v6.first?.prefix
        let mode = mode ?? Self.guess(source, subnet, subnet6, &findings)
        var settings = NetworkSettings(name: name, mode: mode, subnet: subnet, listenPort: source.listenPort)
        settings.subnet6 = subnet6
        if !settings.peersMayTalk {
            // Whoever adopts a running hub must not find its peers cut off from one another.
            settings.peersMayTalk = true
            findings.note("peers may reach one another, as on any hub without rules; the network's switch ends that")
        }
        settings.mtu = source.mtu == DesiredInterface.defaultMTU ? nil : source.mtu
        settings.hubNumber = Int64(truncatingIfNeeded: address.address.number - subnet.address.number)
        for (field, fault) in settings.validate() where field != .listenPort { findings.refuse(fault.message) }
        if let plan = settings.addressPlan, let address6 = v6.first?.address, plan.hubAddress6 != address6 {
            let due = plan.hubAddress6.map { "; it would be \($0)" } ?? ""
            findings.refuse("the hub's \(address6) does not have the number of its \(address.address)\(due)")
        }
        return settings
    }

    private static func guess(
        _ source: ImportSource, _ subnet: IPPrefix, _ subnet6: IPPrefix?, _ findings: inout ImportFindings
    ) -> NetworkMode {
        let hasSites = source.peers.contains { peer in
            peer.allowedIPs.contains { $0.length > 0 && !subnet.overlaps($0) && subnet6?.overlaps($0) != true }
        }
        let mode: NetworkMode = hasSites ? .siteToSite : .gateway
        findings.note(
            "the mode is taken to be \(mode.rawValue): \(hasSites ? "a peer has" : "no peer has") networks behind it")
        return mode
    }

    private static func peers(
        _ source: ImportSource, _ settings: NetworkSettings?, _ findings: inout ImportFindings
    ) -> [Outcome.Peer] {
        var peers: [Outcome.Peer] = []
        var owners: [PublicKey: DisplayName] = [:]
        var claims: [(block: IPPrefix, peer: Int)] = []
        for (index, peer) in source.peers.enumerated() {
            if let owner = owners.updateValue(peer.name, forKey: peer.publicKey) {
                let other = owner.description.quotedForMessage
                findings.refuse("it has the key of peer \(other)", line: peer.line, peer: peer.name)
                continue
            }
            if peer.publicKey == source.privateKey?.publicKey {
                findings.refuse("it has the hub's own key", line: peer.line, peer: peer.name)
            }
            for block in peer.allowedIPs {
                if block.length > 0 {
                    claims.append((block, index))
                } else {
                    findings.refuse(
                        "\(block) cannot be behind a peer: a default route is not a site's network", line: peer.line,
                        peer: peer.name)
                }
            }
            if let settings, let plan = settings.addressPlan,
                let peer = Self.peer(peer, settings, plan, source.routes, &findings)
            {
                peers.append(peer)
            }
        }
        findOverlaps(&claims, source.peers, &findings)
        return peers
    }

    /// Blocks nest or are disjoint; so, in order and the wider first, a block that overlaps any before it is in the one
    /// that was begun last and is not in another.
    private static func findOverlaps(
        _ claims: inout [(block: IPPrefix, peer: Int)], _ peers: [ImportSource.Peer], _ findings: inout ImportFindings
    ) {
        claims.sort { $0.block == $1.block ? $0.peer < $1.peer : $0.block < $1.block }
        var outer: (block: IPPrefix, peer: Int)?
        for claim in claims {
            guard let present = outer, present.block.contains(claim.block) else {
                outer = claim
                continue
            }
            if present.peer == claim.peer { continue }
            let other = peers[present.peer].name.description.quotedForMessage
            findings.refuse(
                "\(claim.block) overlaps \(present.block) of peer \(other)", line: peers[claim.peer].line,
                peer: peers[claim.peer].name)
        }
    }

    private static func peer(
        _ peer: ImportSource.Peer, _ network: NetworkSettings, _ plan: AddressPlan, _ routes: Set<IPPrefix>?,
        _ findings: inout ImportFindings
    ) -> Outcome.Peer? {
        var faults: [String] = []
        var addresses: [IPAddress] = []
        var addresses6: [IPAddress] = []
        var sites: [IPPrefix] = []
        for block in peer.allowedIPs where block.length > 0 {
            guard let subnet = [plan.subnet, plan.subnet6].compactMap(\.self).first(where: { $0.overlaps(block) })
            else {
                sites.append(block)
                continue
            }
            if block.length == block.address.bitWidth {
                if block.address.isV4 { addresses.append(block.address) } else { addresses6.append(block.address) }
            } else {
                faults.append("\(block) is neither one address nor outside \(subnet)")
            }
        }
        for (subnet, family) in [(plan.subnet, addresses), (plan.subnet6, addresses6)] {
            guard let subnet else { continue }
            if family.isEmpty { faults.append("it has no address in \(subnet)") }
            if family.count > 1 {
                let list = family.prefix(8).map(\.description).joined(separator: ", ")
                faults.append("it has more than one address in \(subnet): \(list)")
            }
        }
        var settings = PeerSettings(name: peer.name)
        settings.hubKeepalive = peer.keepalive
        settings.endpoint = peer.endpoint
        if !sites.isEmpty { settings.role = .siteGateway }
        if sites.count > mostSiteNetworks {
            faults.append("it has \(sites.count) networks behind it; at most \(mostSiteNetworks)")
        } else {
            settings.siteNetworks = sites
            faults += settings.validate(in: network).map(\.fault.message)
        }
        if let address = addresses.first, addresses.count == 1 {
            do throws(InvalidValue) {
                let number = try plan.number(of: address)
                if let address6 = addresses6.first, addresses6.count == 1, plan.address6(number) != address6 {
                    let due = plan.address6(number).map { "; it would be \($0)" } ?? ""
                    faults.append("\(address6) does not have the number of \(address)\(due)")
                }
            } catch {
                faults.append(error.message)
            }
        }
        for fault in faults { findings.refuse(fault, line: peer.line, peer: peer.name) }
        guard faults.isEmpty, let address = addresses.first else { return nil }
        if let routes {
            for site in sites where !routes.contains(site) {
                findings.note("\(site) is not routed to the interface, and will be", line: peer.line, peer: peer.name)
            }
        }
        return Outcome.Peer(
            settings: settings, publicKey: peer.publicKey, presharedKey: peer.presharedKey, address: address,
            line: peer.line)
    }
}
