import WGPilotCore

/// A naive WireGuard device with its link: it knows the rules of the kernel that a plan must respect, and nothing of
/// plans.
///
/// Allowed IPs are one table from block to peer, as in the kernel (drivers/net/wireguard/allowedips.c): a peer that
/// claims a block takes it silently from the one that had it.
struct SimulatedDevice {
    /// What the kernel would answer with an error, or what must never happen.
    enum Fault: Error {
        case exists, missing, notOwner, isDown
    }

    struct Peer {
        var presharedKey: PresharedKey?
        var persistentKeepalive: UInt16 = 0
        var endpoint: SocketEndpoint?
    }

    var exists = false
    var privateKey: PrivateKey?
    var listenPort: UInt16 = 0
    var mtu = 1420
    var isUp = false
    var addresses: Set<InterfaceAddress> = []
    var routes: Set<IPPrefix> = []
    var peers: [PublicKey: Peer] = [:]
    var owners: [IPPrefix: PublicKey] = [:]
    /// How often a block went from one peer to another without having been freed.
    var thefts = 0
    /// How often the interface was left without any address though it had one before.
    var bareMoments = 0

    func observed(_ name: InterfaceName) -> ObservedInterface? {
        guard exists else { return nil }
        return ObservedInterface(
            name: name, privateKey: privateKey, listenPort: listenPort, mtu: mtu, isUp: isUp, addresses: addresses,
            routes: routes,
            peers: Dictionary(
                uniqueKeysWithValues: peers.map { key, peer in
                    let blocks = Set(owners.filter { $0.value == key }.keys)
                    return (
                        key,
                        ObservedPeer(
                            publicKey: key, presharedKey: peer.presharedKey, allowedIPs: blocks,
                            persistentKeepalive: peer.persistentKeepalive,
                            status: PeerStatus(
                                endpoint: peer.endpoint, persistentKeepalive: peer.persistentKeepalive))
                    )
                }))
    }

    mutating func apply(_ plan: Plan) throws {
        for step in plan.steps { try apply(step) }
    }

    mutating func apply(_ step: PlanStep) throws {
        if case .createInterface = step {
            guard !exists else { throw Fault.exists }
            self = SimulatedDevice()
            exists = true
            return
        }
        guard exists else { throw Fault.missing }
        switch step {
        case .createInterface: break
        case .deleteInterface: self = SimulatedDevice()
        case .setMTU(_, let value): mtu = value
        case .addAddress(_, let address):
            guard addresses.insert(address).inserted else { throw Fault.exists }
        case .removeAddress(_, let address):
            guard addresses.remove(address) != nil else { throw Fault.missing }
            if addresses.isEmpty { bareMoments += 1 }
        case .setUp: isUp = true
        case .addRoute(_, let prefix):
            guard isUp else { throw Fault.isDown }
            guard routes.insert(prefix).inserted else { throw Fault.exists }
        case .removeRoute(_, let prefix):
            guard routes.remove(prefix) != nil else { throw Fault.missing }
        case .configure(_, let change):
            if let key = change.privateKey { privateKey = key }
            if let port = change.listenPort { listenPort = port }
            for peer in change.peers { try apply(peer) }
        }
    }

    mutating func apply(_ change: PeerChange) throws {
        switch change {
        case .add(let peer):
            guard peers[peer.publicKey] == nil else { throw Fault.exists }
            peers[peer.publicKey] = Peer(
                presharedKey: peer.presharedKey, persistentKeepalive: peer.persistentKeepalive,
                endpoint: peer.endpoint)
            for block in peer.allowedIPs { claim(block, for: peer.publicKey) }
        case .update(let update):
            guard var peer = peers[update.publicKey] else { throw Fault.missing }
            switch update.presharedKey {
            case nil: break
            case .clear?: peer.presharedKey = nil
            case .set(let key)?: peer.presharedKey = key
            }
            if let seconds = update.persistentKeepalive { peer.persistentKeepalive = seconds }
            if let endpoint = update.endpoint { peer.endpoint = endpoint }
            peers[update.publicKey] = peer
            for block in update.removedAllowedIPs {
                guard owners[block] == update.publicKey else { throw Fault.notOwner }
                owners[block] = nil
            }
            for block in update.addedAllowedIPs { claim(block, for: update.publicKey) }
        case .remove(let key):
            guard peers.removeValue(forKey: key) != nil else { throw Fault.missing }
            owners = owners.filter { $0.value != key }
        }
    }

    private mutating func claim(_ block: IPPrefix, for key: PublicKey) {
        if let owner = owners[block], owner != key { thefts += 1 }
        owners[block] = key
    }
}
