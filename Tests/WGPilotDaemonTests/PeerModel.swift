import WGPilotProtocol

/// What a hub should do with peers, told as simply as can be: arrays, dictionaries and tables of texts. It decides by the
/// texts of the requests, and shares no rule with the product.
struct PeerModel {
    /// Why a request must be refused.
    struct Fault: CustomStringConvertible {
        var code: StatusCode
        /// Empty where it is of none.
        var field: String
        var description: String { "\(code.name) \(field)" }
    }

    /// Which preshared key: none, the one that was given, or the so-manieth that the hub made.
    enum Preshared: Equatable {
        case none
        case given(String)
        case made(Int)
    }

    struct Pending: Equatable {
        var publicKey: String
        var preshared: Preshared
        var custody: String
        var activatesAt: Int64
    }

    struct Peer: Equatable {
        var id: Int64
        var name: String
        var number = 0
        var publicKey = ""
        var preshared = Preshared.none
        var custody = "held"
        var email = ""
        var role = "client"
        var sites: [String] = []
        var endpoint: String?
        var keepalive: Int64 = 25
        var hubKeepalive: Int64 = 0
        var tunnel: String?
        var extra: [String] = []
        var excluded: [String] = []
        var dns: [String]?
        var search: [String]?
        var mtu: Int64?
        var notes = ""
        var tags: [String] = []
        var enabled = true
        var reason: String?
        var expiresAt: Int64?
        var pending: Pending?
        var createdAt: Int64 = 0
        var updatedAt: Int64 = 0
    }

    /// The networks are `sites` (site-to-site, dual stack) and `office` (gateway, split tunnel, IPv4), both with room
    /// for 29 peers, so that they run full.
    struct Network {
        var name: String
        var isSites: Bool { name == "sites" }
        var hubKey: String
        var peers: [Int64: Peer] = [:]

        func addresses(_ number: Int) -> [String] {
            isSites ? ["10.9.0.\(number)", "fd00:9::\(String(number, radix: 16))"] : ["10.8.0.\(number)"]
        }
    }

    /// A block that stands behind a site gateway: its first and last /24, or in IPv6 /48, by count.
    enum Site {
        case good(isV6: Bool, ClosedRange<Int>)
        /// Not a block, or one that no site may have; in the request itself.
        case bad
        /// Refused by what else the hub has.
        case taken
    }

    static let sites: [String: Site] = {
        var sites: [String: Site] = [:]
        for number in 0..<12 { sites["172.16.\(number).0/24"] = .good(isV6: false, number...number) }
        for number in stride(from: 0, to: 12, by: 4) {
            sites["172.16.\(number).0/22"] = .good(isV6: false, number...(number + 3))
        }
        for number in 0..<4 { sites["fd07:\(number + 1)::/48"] = .good(isV6: true, number...number) }
        sites["fd07::/16"] = .good(isV6: true, 0...99)
        // Host bits, too wide, multicast, the network's own subnets, no block.
        for text in ["172.16.1.5/24", "10.0.0.0/7", "224.0.0.0/8", "10.9.0.0/28", "fd00:9::/65", "berlin"] {
            sites[text] = .bad
        }
        // The other network's subnet.
        sites["10.8.0.16/28"] = .taken
        return sites
    }()

    var networks: [String: Network]
    var now: Int64
    /// How many preshared keys the hub has made.
    private(set) var made = 0
    private var nextTemporary: Int64 = -1

    init(now: Int64, hubKeys: [String: String]) {
        self.now = now
        networks = Dictionary(
            uniqueKeysWithValues: hubKeys.map { ($0.key, Network(name: $0.key, hubKey: $0.value)) })
    }

    // MARK: - The rules of one peer

    private static func isKey(_ text: String) -> Bool { text.count == 44 && text.hasSuffix("=") }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.count) && !text.contains("\n") && !text.contains("\u{1B}") && !text.hasPrefix(" ")
            && !text.hasSuffix(" ")
    }

    private func faults(_ peer: Peer, in network: Network) -> [Fault] {
        var fields: Set<String> = []
        if !Self.isName(peer.name) { fields.insert("name") }
        if !["", "anna@example.org"].contains(peer.email) { fields.insert("email") }
        let isGateway = peer.role == "site-gateway"
        if !isGateway && peer.role != "client" { fields.insert("role") }
        if isGateway && !network.isSites { fields.insert("role") }
        if isGateway == peer.sites.isEmpty { fields.insert("site_networks") }
        for (index, text) in peer.sites.enumerated() {
            guard case .good(let isV6, let range)? = Self.sites[text] else {
                if case .taken? = Self.sites[text], network.isSites { continue }
                fields.insert("site_networks")
                continue
            }
            for other in peer.sites[..<index] {
                if case .good(isV6, let taken)? = Self.sites[other], taken.overlaps(range) {
                    fields.insert("site_networks")
                }
            }
        }
        if let tunnel = peer.tunnel, !["full", "split"].contains(tunnel) || network.isSites { fields.insert("tunnel") }
        if !peer.extra.isEmpty, network.isSites || peer.tunnel == "full" { fields.insert("extra_cidrs") }
        if peer.extra.contains(where: { $0 != "192.168.5.0/24" }) { fields.insert("extra_cidrs") }
        if peer.excluded == ["0.0.0.0/0", "::/0"] || peer.excluded == ["10.0.0.1/8"] {
            fields.insert("excluded_cidrs")
        }
        if peer.dns == ["resolver"] { fields.insert("dns_servers") }
        if peer.search == ["a_b"] { fields.insert("search_domains") }
        if let mtu = peer.mtu, !(1280...65455).contains(mtu) { fields.insert("mtu") }
        if let endpoint = peer.endpoint, endpoint != "192.0.2.9:51820" { fields.insert("endpoint") }
        if !(0...65535).contains(peer.keepalive) { fields.insert("persistent_keepalive") }
        if !(0...65535).contains(peer.hubKeepalive) { fields.insert("hub_keepalive") }
        if peer.notes.contains("\u{1B}") { fields.insert("notes") }
        if Set(peer.tags).count != peer.tags.count || peer.tags.contains("two words") { fields.insert("tags") }
        return fields.sorted().map { Fault(code: .invalidArgument, field: $0) }
    }

    /// What stands in the way of a peer among the others.
    private func clashes(_ peer: Peer, in network: Network) -> [Fault] {
        var faults: [Fault] = []
        for other in network.peers.values where other.id != peer.id {
            if other.name == peer.name { faults.append(Fault(code: .alreadyExists, field: "name")) }
            if other.number == peer.number, peer.number != 0 {
                faults.append(Fault(code: .alreadyExists, field: "address"))
            }
        }
        for text in peer.sites {
            switch Self.sites[text] {
            case .taken?:
                faults.append(Fault(code: .failedPrecondition, field: "site_networks"))
            case .good(let isV6, let range)?:
                for other in networks.values.flatMap(\.peers.values) where other.id != peer.id {
                    for block in other.sites {
                        if case .good(isV6, let taken)? = Self.sites[block], taken.overlaps(range) {
                            faults.append(Fault(code: .failedPrecondition, field: "site_networks"))
                        }
                    }
                }
            default: break
            }
        }
        return faults
    }

    private static func keyFaults(_ key: String, of id: Int64?, in network: Network) -> [Fault] {
        if !isKey(key) { return [Fault(code: .invalidArgument, field: "public_key")] }
        if key == network.hubKey { return [Fault(code: .invalidArgument, field: "public_key")] }
        let isTaken = network.peers.values.contains {
            $0.publicKey == key || ($0.id != id && $0.pending?.publicKey == key)
        }
        return isTaken ? [Fault(code: .alreadyExists, field: "public_key")] : []
    }

    /// The number that an address stands for; nil where no peer may have it.
    private static func number(_ address: String, in network: Network) -> Int? {
        (2...30).first { network.addresses($0).contains(address) }
    }

    private static func addressFault(_ address: String) -> Fault {
        Fault(code: .invalidArgument, field: "address")
    }

    private mutating func newPreshared() -> Preshared {
        made += 1
        return .made(made)
    }

    private mutating func preshared(_ text: String, _ present: Preshared) -> (key: Preshared, isBad: Bool) {
        switch text {
        case "none": (.none, false)
        case "new": (newPreshared(), false)
        case "keep": (present, false)
        default: (.given(text), !Self.isKey(text))
        }
    }

    // MARK: - Operations

    /// Adds a peer under a number below zero until ``adopt(_:_:in:)`` tells what the hub made of it.
    ///
    /// - Parameter chosen: The addresses that the peers of its batch choose, which go to no other.
    mutating func create(
        _ request: CreatePeerRequest, in name: String, isBatch: Bool, chosen: [String] = []
    ) -> (id: Int64, [Fault]) {
        guard var network = networks[name] else { return (0, [Fault(code: .notFound, field: "")]) }
        var peer = Peer(id: nextTemporary, name: request.name)
        nextTemporary -= 1
        peer.email = request.email ?? ""
        peer.role = request.role ?? "client"
        peer.sites = request.siteNetworks ?? []
        peer.endpoint = request.endpoint
        peer.keepalive = request.persistentKeepalive ?? 25
        peer.hubKeepalive = request.hubKeepalive ?? 0
        peer.tunnel = request.tunnel
        peer.extra = request.extraCIDRs ?? []
        peer.excluded = request.excludedCIDRs ?? []
        peer.dns = request.dnsServers
        peer.search = request.searchDomains
        peer.mtu = request.mtu
        peer.notes = request.notes ?? ""
        peer.tags = request.tags ?? []
        peer.enabled = request.enabled ?? true
        peer.reason = peer.enabled ? nil : "operator"
        peer.expiresAt = request.expiresAt
        peer.createdAt = now
        peer.updatedAt = now
        var faults = faults(peer, in: network)
        if let expiresAt = peer.expiresAt, expiresAt <= now {
            faults.append(Fault(code: .invalidArgument, field: "expires_at"))
        }
        if let key = request.publicKey {
            peer.publicKey = key
            peer.custody = "client"
            faults += Self.keyFaults(key, of: nil, in: network)
            if let custody = request.custody, custody != "client" {
                faults.append(Fault(code: .invalidArgument, field: "custody"))
            }
        } else {
            peer.custody = request.custody ?? "held"
            if peer.custody == "client" { faults.append(Fault(code: .invalidArgument, field: "public_key")) }
            if !["held", "once", "client"].contains(peer.custody) {
                faults.append(Fault(code: .invalidArgument, field: "custody"))
            }
            if peer.custody == "once", isBatch { faults.append(Fault(code: .invalidArgument, field: "custody")) }
            if peer.custody == "once", request.returnConfiguration != true, request.options?.dryRun != true {
                faults.append(Fault(code: .failedPrecondition, field: ""))
            }
        }
        switch request.presharedKey {
        case nil: peer.preshared = newPreshared()
        case "none"?: peer.preshared = .none
        case let text?:
            peer.preshared = .given(text)
            if !Self.isKey(text) { faults.append(Fault(code: .invalidArgument, field: "preshared_key")) }
        }
        if let address = request.address {
            if let number = Self.number(address, in: network) {
                peer.number = number
            } else {
                faults.append(Self.addressFault(address))
            }
        } else {
            let taken = Set(network.peers.values.map(\.number) + chosen.compactMap { Self.number($0, in: network) })
            if let free = (2...30).first(where: { !taken.contains($0) }) {
                peer.number = free
            } else {
                faults.append(Fault(code: .resourceExhausted, field: ""))
            }
        }
        faults += clashes(peer, in: network)
        // One that is refused is in the way of those behind it, which it will be among once it is mended.
        if faults.isEmpty || isBatch {
            network.peers[peer.id] = peer
            networks[name] = network
        }
        return (peer.id, faults)
    }

    mutating func adopt(_ temporary: Int64, _ message: PeerMessage, in name: String) {
        guard var peer = networks[name]?.peers.removeValue(forKey: temporary) else { return }
        peer.id = message.id
        if peer.publicKey.isEmpty { peer.publicKey = message.publicKey }
        networks[name]?.peers[peer.id] = peer
    }

    /// The peer of this name, else of this number.
    func find(_ reference: String, in name: String) -> Peer? {
        let peers = networks[name]?.peers ?? [:]
        return peers.values.first { $0.name == reference } ?? Int64(reference).flatMap { peers[$0] }
    }

    private static let notFound = [Fault(code: .notFound, field: "")]

    mutating func update(_ request: UpdatePeerRequest) -> [Fault] {
        guard let network = networks[request.network], let before = find(request.peer, in: request.network) else {
            return Self.notFound
        }
        var peer = before
        peer.name = request.name ?? peer.name
        peer.email = request.email ?? peer.email
        peer.role = request.role ?? peer.role
        peer.sites = request.siteNetworks ?? peer.sites
        peer.endpoint = request.endpoint ?? peer.endpoint
        peer.keepalive = request.persistentKeepalive ?? peer.keepalive
        peer.hubKeepalive = request.hubKeepalive ?? peer.hubKeepalive
        peer.tunnel = request.tunnel ?? peer.tunnel
        peer.extra = request.extraCIDRs ?? peer.extra
        peer.excluded = request.excludedCIDRs ?? peer.excluded
        peer.dns = request.dnsServers ?? peer.dns
        peer.search = request.searchDomains ?? peer.search
        peer.mtu = request.mtu ?? peer.mtu
        peer.notes = request.notes ?? peer.notes
        peer.tags = request.tags ?? peer.tags
        peer.expiresAt = request.expiresAt ?? peer.expiresAt
        var faults: [Fault] = []
        var given = peer
        for field in request.clear ?? [] {
            switch field {
            case "endpoint": peer.endpoint = nil
            case "tunnel": peer.tunnel = nil
            case "dns_servers": peer.dns = nil
            case "mtu": peer.mtu = nil
            case "search_domains": peer.search = nil
            case "expires_at": peer.expiresAt = nil
            default: faults.append(Fault(code: .invalidArgument, field: "clear"))
            }
        }
        faults += self.faults(peer, in: network)
        // A text that cannot be read is a fault even where the field is cleared in the same call.
        given.search = peer.search
        let unread = ["endpoint", "dns_servers", "mtu"]
        faults += self.faults(given, in: network).filter { unread.contains($0.field) }
        if let tunnel = request.tunnel, !["full", "split"].contains(tunnel) {
            faults.append(Fault(code: .invalidArgument, field: "tunnel"))
        }
        if peer.expiresAt != before.expiresAt, let expiresAt = peer.expiresAt, expiresAt <= now {
            faults.append(Fault(code: .invalidArgument, field: "expires_at"))
        }
        if let address = request.address {
            if let number = Self.number(address, in: network) {
                peer.number = number
            } else {
                faults.append(Self.addressFault(address))
            }
        }
        var replacesSecrets = false
        if let text = request.presharedKey {
            let (key, isBad) = preshared(text, before.preshared)
            peer.preshared = key
            replacesSecrets = true
            if isBad || text == "keep" { faults.append(Fault(code: .invalidArgument, field: "preshared_key")) }
        }
        if let custody = request.custody, custody != before.custody {
            if custody == "once", before.custody == "held" {
                peer.custody = "once"
                replacesSecrets = true
            } else {
                faults.append(Fault(code: .invalidArgument, field: "custody"))
            }
        }
        if replacesSecrets, before.pending != nil {
            faults.append(Fault(code: .failedPrecondition, field: ""))
        }
        faults += clashes(peer, in: network)
        if faults.isEmpty { store(peer, before, in: request.network, always: replacesSecrets) }
        return faults
    }

    /// A change that changes nothing leaves the time of change as it is; another has a later one than the last.
    private mutating func store(_ peer: Peer, _ before: Peer, in name: String, always: Bool = false) {
        guard always || peer != before else { return }
        var peer = peer
        peer.updatedAt = max(now, before.updatedAt + 1)
        networks[name]?.peers[peer.id] = peer
    }

    mutating func setEnabled(_ reference: PeerReference, _ enabled: Bool) -> [Fault] {
        guard let before = find(reference.peer, in: reference.network) else { return Self.notFound }
        if enabled, !before.enabled, let expiresAt = before.expiresAt, expiresAt <= now {
            return [Fault(code: .failedPrecondition, field: "expires_at")]
        }
        var peer = before
        if peer.enabled != enabled {
            peer.enabled = enabled
            peer.reason = enabled ? nil : "operator"
        }
        store(peer, before, in: reference.network)
        return []
    }

    mutating func delete(_ reference: PeerReference) -> [Fault] {
        guard let peer = find(reference.peer, in: reference.network) else { return Self.notFound }
        networks[reference.network]?.peers[peer.id] = nil
        return []
    }

    /// Gives a peer new keys; where the hub makes them their place is empty until ``learn(_:_:in:)``.
    mutating func rotate(_ request: RotateKeysRequest) -> [Fault] {
        guard let network = networks[request.network], let before = find(request.peer, in: request.network) else {
            return Self.notFound
        }
        var peer = before
        switch request.action {
        case nil, "rotate"?: break
        case "activate"?, "cancel"?:
            guard let pending = before.pending else {
                return [Fault(code: .failedPrecondition, field: "")]
            }
            if request.action == "activate" { Self.activate(&peer, pending) }
            peer.pending = nil
            store(peer, before, in: request.network, always: true)
            return []
        default: return [Fault(code: .invalidArgument, field: "action")]
        }
        var faults: [Fault] = []
        if let key = request.publicKey { faults += Self.keyFaults(key, of: peer.id, in: network) }
        let custody = request.publicKey != nil ? "client" : request.custody ?? before.custody
        if let wanted = request.custody {
            if request.publicKey != nil, wanted != "client" {
                faults.append(Fault(code: .invalidArgument, field: "custody"))
            }
            if !["held", "once", "client"].contains(wanted) {
                faults.append(Fault(code: .invalidArgument, field: "custody"))
            }
        }
        if request.publicKey == nil, custody == "client" {
            faults.append(Fault(code: .invalidArgument, field: "public_key"))
        }
        if let overlap = request.overlap, !(1...604_800).contains(overlap) {
            faults.append(Fault(code: .invalidArgument, field: "overlap"))
        }
        var key = before.preshared
        switch request.presharedKey {
        case nil: if key != .none { key = newPreshared() }
        case let text?:
            let (new, isBad) = preshared(text, before.preshared)
            key = new
            if isBad { faults.append(Fault(code: .invalidArgument, field: "preshared_key")) }
        }
        guard faults.isEmpty else { return faults }
        if let overlap = request.overlap {
            peer.pending = Pending(
                publicKey: request.publicKey ?? "", preshared: key, custody: custody, activatesAt: now + overlap)
        } else {
            peer.publicKey = request.publicKey ?? ""
            peer.preshared = key
            peer.custody = custody
            peer.pending = nil
        }
        store(peer, before, in: request.network, always: true)
        return []
    }

    mutating func learn(_ message: PeerMessage, in name: String) {
        if networks[name]?.peers[message.id]?.publicKey.isEmpty == true {
            networks[name]?.peers[message.id]?.publicKey = message.publicKey
        }
        if networks[name]?.peers[message.id]?.pending?.publicKey.isEmpty == true {
            networks[name]?.peers[message.id]?.pending?.publicKey = message.pendingPublicKey ?? "(none)"
        }
    }

    private static func activate(_ peer: inout Peer, _ pending: Pending) {
        peer.publicKey = pending.publicKey
        peer.preshared = pending.preshared
        peer.custody = pending.custody
        peer.pending = nil
    }

    /// Lets time pass: peers whose time is up are switched off, prepared keys that are due take their place.
    mutating func advance(by seconds: Int64) {
        now += seconds
        for name in networks.keys {
            for before in networks[name]?.peers.values.map(\.self) ?? [] {
                var peer = before
                if peer.enabled, let expiresAt = peer.expiresAt, expiresAt <= now {
                    peer.enabled = false
                    peer.reason = "expired"
                    store(peer, before, in: name)
                }
                let expired = networks[name]?.peers[before.id] ?? peer
                var rotated = expired
                if let pending = rotated.pending, pending.activatesAt <= now {
                    Self.activate(&rotated, pending)
                    store(rotated, expired, in: name)
                }
            }
        }
    }
}
