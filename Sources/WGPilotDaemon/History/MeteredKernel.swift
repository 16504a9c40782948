import WGPilotCore
import WGPilotNetlink

/// A kernel in which counters are read once more before they are lost: those of an interface that is deleted, and those of
/// peers that are removed. Whose those are that come into being is noted. What was told of a moment is forgotten with every change.
struct MeteredKernel: Kernel {
    let kernel: any Kernel
    let history: HistoryService
    let status: StatusCache

    var backend: KernelBackend { kernel.backend }

    func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface? {
        try await kernel.observe(name)
    }

    func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance? {
        try await kernel.glance(at: name, locating: keys)
    }

    func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]? {
        try await kernel.peerStatus(name)
    }

    func apply(_ steps: [PlanStep]) async throws(KernelError) {
        // A step that failed may have changed what came before it.
        defer { status.forgetTheMoment() }
        let effects = steps.compactMap(HistoryService.Effect.init)
        if effects.isEmpty { return try await kernel.apply(steps) }
        try await history.changing(effects) { () async throws(KernelError) in try await kernel.apply(steps) }
    }

    func links() async throws(KernelError) -> [LinkInfo] { try await kernel.links() }

    func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner? {
        try await kernel.owner(ofUDPPort: port)
    }
}
