import WGPilotCore
import WGPilotNetlink

/// Stands in for the kernel on a machine that has no WireGuard at all: whatever must reach it waits, with the reason.
struct MissingKernel: Kernel {
    let error: KernelError

    var backend: KernelBackend { KernelBackend(kind: .kernel, version: "missing") }

    func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface? { throw error }

    func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance? { throw error }

    func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]? { throw error }

    func apply(_ steps: [PlanStep]) async throws(KernelError) {
        if !steps.isEmpty { throw error }
    }

    // Nothing to check a new network against; it waits for a backend anyway.
    func links() async throws(KernelError) -> [LinkInfo] { [] }

    func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner? { nil }
}
