import Glibc
public import WGPilotCore

/// The Linux kernel with its WireGuard module, spoken to by netlink.
public struct LinuxKernel: Kernel {
    /// What carries WireGuard here.
    public let backend: KernelBackend
    let route = RouteFamily()
    private let wireGuard = WireGuardFamily()
    private let worker = BlockingWorker(label: "wgpilot.kernel")
    /// What the kernel calls a WireGuard link (`IFLA_INFO_KIND`).
    private static let kind = "wireguard"

    /// Makes the backend; whether the kernel has WireGuard is ``isAvailable()``'s to say.
    public init() {
        backend = KernelBackend(kind: .kernel, version: SystemVersion.kernel)
    }

    /// Whether the kernel has WireGuard, built in or as a module that it can load.
    public func isAvailable() async throws(KernelError) -> Bool {
        try await translating("look for WireGuard in the kernel") { () throws(NetlinkError) in
            try await wireGuard.resolve() != nil
        }
    }

    /// One WireGuard interface, whole.
    public func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface? {
        let operation = "read interface \(name)"
        guard let link = try await link(name, operation) else { return nil }
        return try await present(operation) { () throws(NetlinkError) in
            guard let device = try await wireGuard.device(name) else { return nil }
            var observed = try await route.observe(name, link)
            observed.privateKey = device.privateKey
            observed.listenPort = device.listenPort
            observed.peers = device.peers
            return observed
        }
    }

    /// One WireGuard interface, its device as its imprint alone.
    public func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance? {
        let operation = "read interface \(name)"
        guard let link = try await link(name, operation) else { return nil }
        return try await present(operation) { () throws(NetlinkError) in
            guard let (imprint, unlocated) = try await wireGuard.imprint(name, locating: keys) else { return nil }
            return InterfaceGlance(
                interface: try await route.observe(name, link), index: link.index, imprint: imprint,
                unlocated: unlocated)
        }
    }

    /// What is read of an interface; nil where it went away while it was being read.
    private func present<Value>(
        _ operation: String, _ body: () async throws(NetlinkError) -> Value?
    ) async throws(KernelError) -> Value? {
        try await translating(operation) { () throws(NetlinkError) -> Value? in
            do throws(NetlinkError) {
                return try await body()
            } catch let error where error.refusal == ENODEV {
                return nil
            }
        }
    }

    /// Only the status of the peers of an interface.
    public func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]? {
        try await translating("read the peers of \(name)") { () throws(NetlinkError) in
            try await wireGuard.device(name, statusOnly: true)?.peers.mapValues(\.status)
        }
    }

    /// Takes the steps in order.
    public func apply(_ steps: [PlanStep]) async throws(KernelError) {
        for step in steps {
            do {
                try await take(step)
            } catch let error where error.code == .addressInUse {
                throw await explained(error, step)
            }
        }
    }

    /// Every interface of the network namespace with its addresses.
    public func links() async throws(KernelError) -> [LinkInfo] {
        try await translating("list the interfaces") { () throws(NetlinkError) in try await route.links() }
    }

    /// Who holds a UDP port.
    public func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner? {
        var interfaces: [(name: String, port: UInt16)] = []
        for link in try await links() where link.kind == Self.kind {
            guard let name = try? InterfaceName(link.name),
                let device = try? await wireGuard.device(name, statusOnly: true)
            else { continue }
            interfaces.append((link.name, device.listenPort))
        }
        let found = interfaces
        return await worker.run { UDPPortOwner.search(port: port, interfaces: found) }
    }

    // MARK: Steps

    private func take(_ step: PlanStep) async throws(KernelError) {
        let operation = step.description
        switch step {
        case .createInterface(let name):
            try await create(name, operation)
        case .deleteInterface(let name):
            guard let link = try await link(name, operation) else { return }
            try await translating(operation) { () throws(NetlinkError) in try await route.deleteLink(link.index) }
        case .configure(let name, let change):
            if change.isEmpty { return }
            try await translating(operation) { () throws(NetlinkError) in try await wireGuard.configure(name, change) }
        default:
            let link: LinkInfo?
            switch step {
            case .setMTU(let name, _), .addAddress(let name, _), .removeAddress(let name, _), .setUp(let name),
                .addRoute(let name, _), .removeRoute(let name, _), .createInterface(let name),
                .deleteInterface(let name), .configure(let name, _):
                link = try await self.link(name, operation)
            }
            try await route.take(step, on: link)
        }
    }

    private func create(_ name: InterfaceName, _ operation: String) async throws(KernelError) {
        if try await link(name, operation) != nil { return }
        do {
            try await route.createLink(name.description, kind: Self.kind)
        } catch {
            switch error.refusal {
            case EEXIST:
                // Made by another between the look and the making; fine if it is WireGuard.
                if try await link(name, operation) != nil { return }
                throw KernelError(error, operation: operation)
            case EOPNOTSUPP:
                throw .noWireGuard(operation: operation)
            default:
                throw KernelError(error, operation: operation)
            }
        }
    }

    /// The link of that name; nil when there is none. Throws when it is something else than WireGuard.
    private func link(_ name: InterfaceName, _ operation: String) async throws(KernelError) -> LinkInfo? {
        let found = try await translating(operation) { () throws(NetlinkError) in
            try await route.link(name.description)
        }
        guard let found else { return nil }
        guard found.kind == Self.kind else { throw .nameTaken(name, kind: found.kind, operation: operation) }
        return found
    }

    /// The error with the name of whoever holds the port.
    private func explained(_ error: KernelError, _ step: PlanStep) async -> KernelError {
        var port: UInt16?
        switch step {
        case .configure(_, let change): port = change.listenPort
        case .setUp(let name): port = (try? await wireGuard.device(name, statusOnly: true))?.listenPort
        default: break
        }
        guard let port, let owner = try? await owner(ofUDPPort: port) else { return error }
        return .portInUse(port, by: owner, operation: error.operation)
    }
}
