import CMnl
import Glibc
public import WGPilotCore

/// A `wireguard-go` process for each interface, for machines whose kernel has no WireGuard. Links, addresses and routes are
/// the kernel's all the same.
public struct UserspaceKernel: Kernel {
    /// What carries WireGuard here.
    public let backend: KernelBackend
    let route = RouteFamily()
    private let program: WireGuardGo
    private let worker = BlockingWorker(label: "wgpilot.userspace")
    /// What the kernel calls the link of a `wireguard-go` (`IFLA_INFO_KIND`).
    private static let kind = "tun"
    /// How long the other process may take to follow a link that goes up or away.
    private static let patience = Duration.seconds(15)

    /// Looks for `wireguard-go` in the folders of PATH; throws ``KernelError/Code/notSupported`` when it is in none.
    public init() async throws(KernelError) {
        guard let program = await worker.run({ WireGuardGo.find() }) else {
            throw KernelError(
                code: .notSupported, operation: "look for wireguard-go",
                message: "wireguard-go is in no folder of PATH; install it, or use a kernel with WireGuard")
        }
        self.program = program
        backend = KernelBackend(kind: .userspace, version: "\(program.path) on \(SystemVersion.kernel)")
    }

    /// One WireGuard interface, whole.
    public func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface? {
        let operation = "read interface \(name)"
        guard let link = try await link(name, operation) else { return nil }
        return try await observe(name, link, operation)
    }

    private func observe(
        _ name: InterfaceName, _ link: LinkInfo, _ operation: String
    ) async throws(KernelError) -> ObservedInterface? {
        guard let device = try await device(name, operation, statusOnly: false) else { return nil }
        return try await translating(operation) { () throws(NetlinkError) -> ObservedInterface? in
            do throws(NetlinkError) {
                var observed = try await route.observe(name, link)
                observed.privateKey = device.privateKey
                observed.listenPort = device.listenPort
                observed.peers = device.peers
                return observed
            } catch let error where error.refusal == ENODEV {
                // It went away while it was being read.
                return nil
            }
        }
    }

    /// One WireGuard interface, its device as its imprint alone.
    public func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance? {
        let operation = "read interface \(name)"
        guard let link = try await link(name, operation), let whole = try await observe(name, link, operation) else {
            return nil
        }
        return InterfaceGlance(whole, index: link.index, locating: keys)
    }

    /// Only the status of the peers of an interface.
    public func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]? {
        let operation = "read the peers of \(name)"
        do throws(KernelError) {
            guard try await link(name, operation) != nil else { return nil }
        } catch let error where error.code == .nameTaken {
            return nil
        }
        return try await device(name, operation, statusOnly: true)?.peers.mapValues(\.status)
    }

    /// Takes the steps in order.
    public func apply(_ steps: [PlanStep]) async throws(KernelError) {
        // What each process was told, for it may forget its port before the link goes up.
        var ports: [InterfaceName: UInt16] = [:]
        for step in steps {
            if case .configure(let name, let change) = step, let port = change.listenPort { ports[name] = port }
            try await take(step, ports)
        }
    }

    /// Every interface. One that a `wireguard-go` carries has the kind "wireguard", as it would have in the kernel.
    public func links() async throws(KernelError) -> [LinkInfo] {
        var links = try await translating("list the interfaces") { () throws(NetlinkError) in try await route.links() }
        let tunnels = Set(links.filter { $0.kind == Self.kind }.compactMap { try? InterfaceName($0.name) })
        let carried = await worker.run { Set(tunnels.filter { UAPISocket.answers($0) }.map(\.description)) }
        for index in links.indices where carried.contains(links[index].name) { links[index].kind = "wireguard" }
        return links
    }

    /// Who holds a UDP port.
    public func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner? {
        await worker.run { UDPPortOwner.search(port: port, interfaces: []) }
    }

    // MARK: Steps

    private func take(_ step: PlanStep, _ ports: [InterfaceName: UInt16]) async throws(KernelError) {
        let operation = step.description
        switch step {
        case .createInterface(let name):
            try await create(name, operation)
        case .deleteInterface(let name):
            try await delete(name, operation)
        case .configure(let name, let change):
            if change.isEmpty { return }
            guard try await link(name, operation) != nil else { throw .noInterface(name, operation: operation) }
            try await configure(name, change, operation)
        case .setUp(let name):
            guard let link = try await link(name, operation) else { throw .noInterface(name, operation: operation) }
            if !link.isUp { try await setUp(name, link, port: ports[name], operation) }
        case .setMTU(let name, _), .addAddress(let name, _), .removeAddress(let name, _), .addRoute(let name, _),
            .removeRoute(let name, _):
            try await route.take(step, on: try await link(name, operation))
        }
    }

    private func create(_ name: InterfaceName, _ operation: String) async throws(KernelError) {
        if try await link(name, operation) != nil { return }
        if await worker.run({ UAPISocket.answers(name) }) {
            throw KernelError(
                code: .nameTaken, operation: operation, errno: EEXIST,
                message: Self.lost(name, candidates: try await renamed(operation)))
        }
        let program = program
        do throws(WireGuardGo.Failure) {
            try await worker.run { () throws(WireGuardGo.Failure) in try program.start(name) }
        } catch {
            throw KernelError(error, operation: operation)
        }
        // The socket takes connections from its first moment on, and answers when the process has taken over.
        guard try await link(name, operation) != nil, try await device(name, operation, statusOnly: true) != nil else {
            throw KernelError(
                code: .io, operation: operation,
                message: "wireguard-go ended right after its start; see its own messages")
        }
    }

    /// The tunnels here that no `wireguard-go` answers for by their name: one of them may have had another.
    private func renamed(_ operation: String) async throws(KernelError) -> [String] {
        let links = try await translating(operation) { () throws(NetlinkError) in try await route.links() }
        let names = links.filter { $0.kind == Self.kind }.compactMap { try? InterfaceName($0.name) }
        return await worker.run { names.filter { !UAPISocket.answers($0) }.map(\.description) }
    }

    /// What to say where a `wireguard-go` answers for an interface that is not there.
    static func lost(_ name: InterfaceName, candidates: [String]) -> String {
        if candidates.isEmpty {
            return "a wireguard-go for \(name) runs in another network namespace, and their sockets share one folder; "
                + "give the network another interface name"
        }
        let list = candidates.joined(separator: ", ")
        return "the wireguard-go of \(name) runs, and no interface has that name: it was renamed (to \(list)?). "
            + "Rename it back with `ip link set dev \(candidates[0]) down` and "
            + "`ip link set dev \(candidates[0]) name \(name)`, or end that wireguard-go"
    }

    private func delete(_ name: InterfaceName, _ operation: String) async throws(KernelError) {
        if let link = try await link(name, operation) {
            // A tun link goes with its process, so beside a dead socket it is another program's.
            guard await worker.run({ UAPISocket.answers(name) }) else {
                throw KernelError(.absent, name, operation: operation)
            }
            try await translating(operation) { () throws(NetlinkError) in try await route.deleteLink(link.index) }
            // The process sees its link vanish and ends; until then a new one of the name could not start.
            guard await waited(until: { !UAPISocket.answers(name) }) else {
                throw KernelError(
                    code: .busy, operation: operation,
                    message: "the wireguard-go of \(name) does not end; end it by hand")
            }
        }
        if try await translating(operation, { () throws(NetlinkError) in try await route.link(name.description) })
            == nil
        {
            await worker.run { UAPISocket.removeStale(name) }
        }
    }

    private func configure(
        _ name: InterfaceName, _ change: DeviceChange, _ operation: String
    ) async throws(KernelError) {
        if let port = change.listenPort { try await checkFree(port, for: name, operation) }
        do throws(UAPISocket.Failure) {
            _ = try await worker.run { () throws(UAPISocket.Failure) in
                var request = UAPIRequest.set(change, claimant: PrivateKey.generate().publicKey)
                defer { wipe(&request) }
                return try UAPISocket.exchange(name, request)
            }
        } catch .refused(EADDRINUSE) where change.listenPort != nil {
            let port = change.listenPort ?? 0
            throw .portInUse(port, by: try await owner(ofUDPPort: port), operation: operation)
        } catch {
            throw KernelError(error, name, operation: operation)
        }
    }

    /// Sets the link up and waits until the process has followed.
    ///
    /// It opens its UDP port on its own as well, at some time between the making of the link and its going up. Where it
    /// cannot open it, it tells nobody but its log, forgets the port and takes another one the next time. So the port is
    /// looked at before and afterwards.
    private func setUp(
        _ name: InterfaceName, _ link: LinkInfo, port told: UInt16?, _ operation: String
    ) async throws(KernelError) {
        guard let device = try await device(name, operation, statusOnly: true) else {
            throw .noInterface(name, operation: operation)
        }
        let port = told ?? device.listenPort
        try await checkFree(port, for: name, operation)
        if device.listenPort != port { try await configure(name, DeviceChange(listenPort: port), operation) }
        try await translating(operation) { () throws(NetlinkError) in try await route.setLink(link.index, up: true) }
        // A port that it has is shown while it is closed, too; one that is open may be somebody else's.
        let isOpen = await waited {
            guard let shown = (try? UAPISocket.exchange(name, UAPIRequest.get, statusOnly: true))?.listenPort else {
                return false
            }
            return shown != 0 && UDPSocketTable.read().contains { $0.port == shown }
        }
        if !isOpen {
            // It forgot its port, if anybody has taken that meanwhile.
            try await checkFree(port, for: name, operation)
            throw KernelError(
                code: .busy, operation: operation, message: "wireguard-go did not open its UDP port in time")
        }
        guard port != 0, let now = try await self.device(name, operation, statusOnly: true), now.listenPort != port
        else { return }
        try await configure(name, DeviceChange(listenPort: port), operation)
    }

    /// Throws when another than the interface's own process holds a port.
    ///
    /// By looking alone: the process could not open the port while it is tried by opening it.
    private func checkFree(
        _ port: UInt16, for name: InterfaceName, _ operation: String
    ) async throws(KernelError) {
        guard port != 0, let owner = try await owner(ofUDPPort: port), owner.interface != name.description else {
            return
        }
        throw .portInUse(port, by: owner, operation: operation)
    }

    /// Waits for another process to get somewhere, for which there is no event; false when it takes too long.
    private func waited(until condition: @escaping @Sendable () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        return await worker.run {
            while !condition() {
                if ContinuousClock.now >= deadline { return false }
                usleep(10_000)
            }
            return true
        }
    }

    // MARK: Looking

    /// The link of that name; nil when there is none. Throws when it is not one that a `wireguard-go` carries.
    private func link(_ name: InterfaceName, _ operation: String) async throws(KernelError) -> LinkInfo? {
        let found = try await translating(operation) { () throws(NetlinkError) in
            try await route.link(name.description)
        }
        guard let found else { return nil }
        // A tun link without a socket is another program's.
        guard found.kind == Self.kind, await worker.run({ UAPISocket.exists(name) }) else {
            throw .nameTaken(name, kind: found.kind, operation: operation)
        }
        return found
    }

    /// What the process says; nil when its link went away meanwhile.
    private func device(
        _ name: InterfaceName, _ operation: String, statusOnly: Bool
    ) async throws(KernelError) -> WireGuardDevice? {
        do throws(UAPISocket.Failure) {
            return try await worker.run { () throws(UAPISocket.Failure) in
                try UAPISocket.exchange(name, UAPIRequest.get, statusOnly: statusOnly)
            }
        } catch {
            if try await link(name, operation) == nil { return nil }
            throw KernelError(error, name, operation: operation)
        }
    }
}

extension KernelError {
    /// Says in words what a failed conversation with a `wireguard-go` means.
    init(_ failure: UAPISocket.Failure, _ name: InterfaceName, operation: String) {
        switch failure {
        case .absent:
            self.init(
                code: .busy, operation: operation, errno: ECONNREFUSED,
                message: "the wireguard-go behind \(name) does not answer; delete the interface with `ip link delete "
                    + "\(name)` to have it made again")
        case .refused(let errno):
            self.init(errno: errno, operation: operation, context: "wireguard-go")
        case .system(let error):
            self.init(errno: error.errno, operation: operation, context: error.call)
        case .malformed(let reason):
            self.init(
                code: .malformedReply, operation: operation,
                message: "the answer of the wireguard-go behind \(name) makes no sense (\(reason))")
        }
    }

    /// Says in words why `wireguard-go` did not start.
    init(_ failure: WireGuardGo.Failure, operation: String) {
        switch failure {
        case .system(let error):
            self.init(errno: error.errno, operation: operation, context: error.call)
        case .ended(let status):
            self.init(
                code: .io, operation: operation,
                message: "wireguard-go did not start (wait status \(status)); it needs /dev/net/tun and CAP_NET_ADMIN")
        case .timedOut:
            self.init(code: .busy, operation: operation, message: "wireguard-go did not start in time")
        }
    }
}
