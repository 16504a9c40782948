public import WGPilotCore

/// The machine's network stack beyond WireGuard's interfaces: rules, forwarding, routes, and news of changes. The same
/// whatever carries WireGuard.
public protocol HostNetwork: Sendable {
    /// The unicast routes of the main table, default routes left out.
    func routes() async throws(KernelError) -> [HostRoute]

    /// The blocks that we route through an interface of ours; none where it is not there.
    func ownRoutes(through interface: InterfaceName) async throws(KernelError) -> Set<IPPrefix>

    /// What our table of rules is in the kernel, as a digest of its listing (SHA-256 in hexadecimal); nil when it is
    /// not there. Two equal digests mean the same rules; another version of nftables may list the same rules
    /// otherwise.
    func firewallDigest() async throws(KernelError) -> String?

    /// Replaces our table as a whole, in one transaction of the kernel: no packet meets half of it. Nothing of anyone
    /// else's is touched.
    ///
    /// - Parameter rules: The definition of the table, `table inet wgpilot { … }`; nil takes the table away.
    func replaceFirewall(_ rules: String?) async throws(KernelError)

    /// The number of the present generation of all rules of the network namespace: each transaction, whoever makes it,
    /// adds one, and after the largest number comes a small one again.
    func firewallGeneration() async throws(KernelError) -> UInt32

    /// Rules of others that drop what would be forwarded, one line each: tables with a chain on the forward hook whose
    /// policy is to drop.
    func foreignForwardDrops() async throws(KernelError) -> [String]

    /// The value of a setting of the kernel; nil where this kernel has none such (IPv6 switched off).
    func value(of setting: KernelSetting) async throws(KernelError) -> Int?

    /// Changes a setting of the kernel.
    func set(_ setting: KernelSetting, to value: Int) async throws(KernelError)

    /// The interfaces that learn routes from router advertisements, and would stop to once the machine forwards IPv6:
    /// `accept_ra` is 1, and there is a route that was learned so.
    func interfacesWithRouterAdvertisements() async throws(KernelError) -> [String]

    /// Follows the tracked connections that the filter fits, each once, without holding them: one walk over the kernel's
    /// table however many blocks the filter has.
    ///
    /// - Parameters:
    ///   - initial: The value to begin with; also where the kernel's table must be walked again.
    ///   - merge: Told of each connection.
    /// - Throws: ``KernelError/Code/notSupported`` where this kernel does not tell of them.
    func connections<Value: Sendable>(
        _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, TrackedConnection) -> Void
    ) async throws(KernelError) -> Value

    /// Takes the tracked connections away that the filter fits: whatever of them comes next is judged anew by the rules.
    ///
    /// - Returns: How many; one that went meanwhile by itself is not among them.
    /// - Throws: ``KernelError/Code/notSupported`` where this kernel does not tell of them.
    func removeConnections(_ filter: ConnectionFilter) async throws(KernelError) -> Int

    /// What there is of queues and filters on an interface of ours, and of the device beside it; nothing where neither is
    /// there.
    func traffic(on interface: InterfaceName) async throws(KernelError) -> ObservedTraffic

    /// Takes steps towards the limits of an interface, in order; throws at the first that fails, having taken those before
    /// it. Every step is safe to repeat, and none touches what is not ours.
    ///
    /// - Throws: ``KernelError/Code/notSupported`` where this kernel lacks what the step takes;
    ///   ``KernelError/Code/nameTaken`` where something of somebody else's is in the place.
    func apply(_ steps: [TrafficStep], on interface: InterfaceName) async throws(KernelError)

    /// News of changes, whoever made them, from now on. What was not read yet is told once, and when it gets too much as
    /// ``HostEvent/lost``.
    ///
    /// The stream ends when the task that reads it is cancelled, and, after a last ``HostEvent/lost``, when the kernel
    /// tells no more: then another one is to be asked for.
    func events() async throws(KernelError) -> AsyncStream<HostEvent>
}
