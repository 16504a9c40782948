import Synchronization
public import WGPilotCore
public import WGPilotNetlink

/// A kernel in memory that does with each step what the real one does, as far as the reconciler can see: allowed IPs move
/// to the last who claims them, an update of an absent peer does nothing, a link that goes down loses its routes.
public final class FakeKernel: Kernel {
    /// One interface of the model.
    fileprivate struct Interface {
        var index: Int
        /// nil for an interface that is not WireGuard.
        var device: ObservedInterface?
        var kind: String
        var mtu = DesiredInterface.defaultMTU
        var isUp = false
        var addresses: [InterfaceAddress] = []
        var statistics: LinkStatistics?
    }

    fileprivate struct State {
        var interfaces: [String: Interface] = [:]
        var nextIndex = 2
        var steps: [PlanStep] = []
        var wholeReads = 0
        var failure: KernelError?
        var stepsBeforeFailure = 0
        var holders: [UInt16: UDPPortOwner] = [:]
        var foreignRoutes: Set<IPPrefix> = []
    }

    private let state = Mutex(State())

    /// What it claims to be.
    public let backend = KernelBackend(kind: .kernel, version: "fake")

    /// Makes a kernel with no interfaces but loopback.
    public init() {}

    // MARK: What tests see and arrange

    /// The steps that were taken, in order; those that failed are not among them.
    public var appliedSteps: [PlanStep] { state.withLock { $0.steps } }

    /// Forgets the steps that were taken.
    public func forgetAppliedSteps() {
        state.withLock { $0.steps = [] }
    }

    /// Makes every step fail from now on, until called with nil.
    ///
    /// - Parameters:
    ///   - error: What each step throws.
    ///   - count: How many steps still succeed before.
    public func fail(with error: KernelError?, afterSteps count: Int = 0) {
        state.withLock {
            $0.failure = error
            $0.stepsBeforeFailure = count
        }
    }

    /// Makes an interface that is not WireGuard.
    public func addForeignInterface(
        _ name: String, kind: String = "dummy", isUp: Bool = true, addresses: [InterfaceAddress] = []
    ) {
        state.withLock { $0.addInterface(name, kind: kind, isUp: isUp, addresses: addresses) }
    }

    /// Takes an interface away, whatever it is.
    public func removeInterface(_ name: String) {
        state.withLock { $0.interfaces[name] = nil }
    }

    /// Sets an interface down, as `ip link set NAME down` does: its routes go, and its IPv6 addresses.
    public func setDown(_ name: InterfaceName) {
        state.withLock { state in
            state.interfaces[name.description]?.isUp = false
            state.interfaces[name.description]?.device?.routes = []
            state.interfaces[name.description]?.device?.foreignRoutes = []
            state.interfaces[name.description]?.addresses.removeAll { !$0.address.isV4 }
        }
    }

    /// Has somebody hold a UDP port, or with nil nobody.
    public func hold(port: UInt16, by owner: UDPPortOwner?) {
        state.withLock { $0.holders[port] = owner }
    }

    /// Makes a route that is not ours, through some other interface.
    public func addForeignRoute(_ prefix: IPPrefix) {
        state.withLock { _ = $0.foreignRoutes.insert(prefix) }
    }

    /// Makes a route that is not ours through an interface of ours, as wg-quick(8) does.
    public func addForeignRoute(_ prefix: IPPrefix, through name: InterfaceName) {
        tamper(name) { $0.foreignRoutes.insert(prefix) }
    }

    /// Gives a peer a status, as its traffic would; does nothing where there is no such peer.
    public func setStatus(_ status: PeerStatus, of key: PublicKey, on name: InterfaceName) {
        state.withLock { $0.interfaces[name.description]?.device?.peers[key]?.status = status }
    }

    /// Has an interface have carried something.
    public func setStatistics(_ statistics: LinkStatistics, of name: InterfaceName) {
        state.withLock { $0.interfaces[name.description]?.statistics = statistics }
    }

    /// Changes a device behind the reconciler's back, as `wg set` would.
    public func tamper(_ name: InterfaceName, _ body: (inout ObservedInterface) -> Void) {
        state.withLock { state in
            guard var device = state.interfaces[name.description]?.device else { return }
            body(&device)
            state.interfaces[name.description]?.device = device
        }
    }

    // MARK: Kernel

    /// How often an interface was read whole.
    public var wholeReads: Int { state.withLock { $0.wholeReads } }

    /// The interface whole.
    public func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface? {
        state.withLock { $0.wholeReads += 1 }
        return try interface(name)
    }

    private func interface(_ name: InterfaceName) throws(KernelError) -> ObservedInterface? {
        try state.withLock { (state) throws(KernelError) -> ObservedInterface? in
            guard let interface = state.interfaces[name.description] else { return nil }
            guard var device = interface.device else { throw nameTaken(name, "read interface \(name)") }
            device.mtu = interface.mtu
            device.isUp = interface.isUp
            device.addresses = Set(interface.addresses)
            return device
        }
    }

    /// The interface, its device as its imprint alone.
    public func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance? {
        guard let whole = try interface(name) else { return nil }
        let index = state.withLock { $0.interfaces[name.description]?.index ?? 0 }
        return InterfaceGlance(whole, index: index, locating: keys)
    }

    /// The status of the peers.
    public func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]? {
        state.withLock { $0.interfaces[name.description]?.device?.peers.mapValues(\.status) }
    }

    /// Takes the steps.
    public func apply(_ steps: [PlanStep]) async throws(KernelError) {
        for step in steps {
            try state.withLock { (state) throws(KernelError) in
                if let failure = state.failure {
                    if state.stepsBeforeFailure == 0 { throw failure }
                    state.stepsBeforeFailure -= 1
                }
                try state.take(step)
                state.steps.append(step)
            }
        }
    }

    /// Every interface, loopback first.
    public func links() async throws(KernelError) -> [LinkInfo] {
        state.withLock { state in
            let loopback = LinkInfo(
                name: "lo", index: 1, isUp: true, isLoopback: true, mtu: 65536,
                addresses: [
                    .init(
                        address: InterfaceAddress(address: .v4(IPv4Address(rawValue: 0x7F00_0001)), prefixLength: 8),
                        scope: .host)
                ])
            let others = state.interfaces.map { name, interface in
                LinkInfo(
                    name: name, index: interface.index, kind: interface.kind, isUp: interface.isUp, mtu: interface.mtu,
                    addresses: interface.addresses.map { .init(address: $0, scope: .global) },
                    statistics: interface.statistics)
            }
            return [loopback] + others.sorted { $0.index < $1.index }
        }
    }

    /// Who holds a port: a holder that a test arranged, or an interface that is up.
    public func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner? {
        state.withLock { $0.owner(ofUDPPort: port, except: nil) }
    }
}

private func nameTaken(_ name: InterfaceName, _ operation: String) -> KernelError {
    KernelError(code: .nameTaken, operation: operation, message: "\(name) is an interface of another kind")
}

extension FakeKernel.State {
    fileprivate mutating func addInterface(
        _ name: String, kind: String, isUp: Bool = false, addresses: [InterfaceAddress] = [],
        device: ObservedInterface? = nil
    ) {
        interfaces[name] = .init(index: nextIndex, device: device, kind: kind, isUp: isUp, addresses: addresses)
        nextIndex += 1
    }

    fileprivate func owner(ofUDPPort port: UInt16, except name: InterfaceName?) -> UDPPortOwner? {
        if let holder = holders[port] { return holder }
        let other = interfaces.first { key, value in
            key != name?.description && value.isUp && value.device?.listenPort == port
        }
        return other.map { UDPPortOwner(description: "WireGuard interface \($0.key)", interface: $0.key) }
    }

    private func checkPort(_ port: UInt16, of name: InterfaceName, _ operation: String) throws(KernelError) {
        guard port != 0, let owner = owner(ofUDPPort: port, except: name) else { return }
        throw KernelError(
            code: .addressInUse, operation: operation, message: "UDP port \(port) is held by \(owner)")
    }

    /// The WireGuard interface of the name; throws when there is none.
    private func wireGuard(
        _ name: InterfaceName, _ operation: String
    ) throws(KernelError) -> (FakeKernel.Interface, ObservedInterface) {
        guard let interface = interfaces[name.description] else {
            throw KernelError(code: .noSuchDevice, operation: operation, message: "there is no interface \(name)")
        }
        guard let device = interface.device else { throw nameTaken(name, operation) }
        return (interface, device)
    }

    fileprivate mutating func take(_ step: PlanStep) throws(KernelError) {
        let operation = step.description
        switch step {
        case .createInterface(let name):
            if let present = interfaces[name.description] {
                if present.device == nil { throw nameTaken(name, operation) }
                return
            }
            addInterface(
                name.description, kind: "wireguard",
                device: ObservedInterface(name: name, mtu: DesiredInterface.defaultMTU))
        case .deleteInterface(let name):
            guard let present = interfaces[name.description] else { return }
            if present.device == nil { throw nameTaken(name, operation) }
            interfaces[name.description] = nil
        case .setMTU(let name, let mtu):
            var (interface, _) = try wireGuard(name, operation)
            interface.mtu = mtu
            interfaces[name.description] = interface
        case .addAddress(let name, let address):
            var (interface, _) = try wireGuard(name, operation)
            if interface.addresses.contains(address) { return }
            // IPv6 knows an address once, whatever the length of its prefix.
            if !address.address.isV4 { interface.addresses.removeAll { $0.address == address.address } }
            interface.addresses.append(address)
            interfaces[name.description] = interface
        case .removeAddress(let name, let address):
            interfaces[name.description]?.addresses.removeAll { $0 == address }
        case .setUp(let name):
            var (interface, device) = try wireGuard(name, operation)
            try checkPort(device.listenPort, of: name, operation)
            interface.isUp = true
            interfaces[name.description] = interface
        case .addRoute(let name, let prefix):
            var (interface, device) = try wireGuard(name, operation)
            guard interface.isUp else {
                throw KernelError(code: .busy, operation: operation, message: "the interface is down")
            }
            if device.foreignRoutes.contains(prefix) { return }
            let isTaken = interfaces.contains { key, value in
                key != name.description && value.device?.routes.contains(prefix) == true
            }
            if isTaken || foreignRoutes.contains(prefix) {
                throw KernelError(code: .nameTaken, operation: operation, message: "there is a route to \(prefix)")
            }
            device.routes.insert(prefix)
            interface.device = device
            interfaces[name.description] = interface
        case .removeRoute(let name, let prefix):
            interfaces[name.description]?.device?.routes.remove(prefix)
        case .configure(let name, let change):
            try configure(name, change, operation)
        }
    }

    private mutating func configure(
        _ name: InterfaceName, _ change: DeviceChange, _ operation: String
    ) throws(KernelError) {
        var (interface, device) = try wireGuard(name, operation)
        if let port = change.listenPort {
            if interface.isUp { try checkPort(port, of: name, operation) }
            device.listenPort = port
        }
        if let key = change.privateKey {
            device.privateKey = key
            device.peers[key.publicKey] = nil
        }
        // Who has which block; looking through all peers for each claim would cost the square of their number.
        var holders: [IPPrefix: PublicKey] = [:]
        for peer in device.peers.values {
            for block in peer.allowedIPs { holders[block] = peer.publicKey }
        }
        for peer in change.peers { device.take(peer, &holders) }
        interface.device = device
        interfaces[name.description] = interface
    }
}

extension ObservedInterface {
    fileprivate mutating func take(_ change: PeerChange, _ holders: inout [IPPrefix: PublicKey]) {
        // A device silently refuses itself as a peer.
        if change.publicKey == privateKey?.publicKey { return }
        switch change {
        case .remove(let key):
            peers[key] = nil
        case .add(let desired):
            var peer = peers[desired.publicKey] ?? ObservedPeer(publicKey: desired.publicKey)
            peer.presharedKey = desired.presharedKey
            peer.persistentKeepalive = desired.persistentKeepalive
            peer.status.persistentKeepalive = desired.persistentKeepalive
            if let endpoint = desired.endpoint { peer.status.endpoint = endpoint }
            peer.allowedIPs = []
            peers[desired.publicKey] = peer
            claim(Array(desired.allowedIPs), for: desired.publicKey, &holders)
        case .update(let update):
            guard var peer = peers[update.publicKey] else { return }
            switch update.presharedKey {
            case nil: break
            case .clear: peer.presharedKey = nil
            case .set(let key): peer.presharedKey = key
            }
            if let interval = update.persistentKeepalive {
                peer.persistentKeepalive = interval
                peer.status.persistentKeepalive = interval
            }
            if let endpoint = update.endpoint { peer.status.endpoint = endpoint }
            peer.allowedIPs.subtract(update.removedAllowedIPs)
            peers[update.publicKey] = peer
            claim(update.addedAllowedIPs, for: update.publicKey, &holders)
        }
    }

    /// Gives blocks to a peer, away from whoever has them.
    private mutating func claim(
        _ blocks: [IPPrefix], for key: PublicKey, _ holders: inout [IPPrefix: PublicKey]
    ) {
        for block in blocks {
            if let holder = holders.updateValue(key, forKey: block), holder != key {
                peers[holder]?.allowedIPs.remove(block)
            }
        }
        peers[key]?.allowedIPs.formUnion(blocks)
    }
}
