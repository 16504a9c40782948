public import WGPilotCore

/// The kernel (or its userspace stand-in) as the reconciler sees it.
public protocol Kernel: Sendable {
    /// What carries WireGuard here.
    var backend: KernelBackend { get }

    /// One WireGuard interface, whole.
    ///
    /// - Returns: nil when there is no interface of that name.
    /// - Throws: ``KernelError/Code/nameTaken`` when there is one that is not WireGuard.
    func observe(_ name: InterfaceName) async throws(KernelError) -> ObservedInterface?

    /// One WireGuard interface, its device as its imprint alone.
    ///
    /// - Parameter keys: The peers of whom it is told whether they have an endpoint.
    /// - Returns: nil when there is no interface of that name.
    /// - Throws: ``KernelError/Code/nameTaken`` when there is one that is not WireGuard.
    func glance(
        at name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(KernelError) -> InterfaceGlance?

    /// Only the status of the peers of an interface: one dump.
    ///
    /// - Returns: nil when there is no WireGuard interface of that name.
    func peerStatus(_ name: InterfaceName) async throws(KernelError) -> [PublicKey: PeerStatus]?

    /// Takes the steps in order; throws at the first that fails, having taken those before it. Every step is safe to
    /// repeat: what is there already counts as made, what is gone already as taken away.
    func apply(_ steps: [PlanStep]) async throws(KernelError)

    /// Every interface of the network namespace with its addresses, in the order of their indices.
    func links() async throws(KernelError) -> [LinkInfo]

    /// Who holds a UDP port on this machine, on whichever address.
    ///
    /// Best effort: a socket of another user's process may be told by its user alone.
    ///
    /// - Returns: nil when the port is free.
    func owner(ofUDPPort port: UInt16) async throws(KernelError) -> UDPPortOwner?
}
