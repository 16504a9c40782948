/// The steps that lead from what the kernel has to what it should have, in the order to take them.
public struct Plan: Sendable {
    /// The steps.
    public var steps: [PlanStep]

    /// Makes a plan from its steps.
    public init(steps: [PlanStep] = []) {
        self.steps = steps
    }

    /// Whether nothing has to be done.
    public var isEmpty: Bool { steps.isEmpty }

    /// Compares one interface, whole. Where both agree the plan is empty, and nothing is written: live sessions stay.
    ///
    /// - Parameters:
    ///   - desired: What should be; nil for an interface that should not exist.
    ///   - observed: What is; nil for an interface that does not exist.
    ///   - name: The interface.
    public static func between(
        desired: DesiredInterface?, observed: ObservedInterface?, name: InterfaceName
    ) -> Plan {
        guard let desired else {
            return Plan(steps: observed == nil ? [] : [.deleteInterface(name)])
        }
        var steps = observed == nil ? creation(of: desired) : mtuSteps(name, desired.mtu, observed)

        var change = DeviceChange()
        if observed?.privateKey != desired.privateKey { change.privateKey = desired.privateKey }
        if observed?.listenPort != desired.listenPort { change.listenPort = desired.listenPort }
        let observedPeers = observed?.peers ?? [:]
        change.peers = PeerChange.between(
            observed: observedPeers, desired: desired.peers,
            keys: desired.peers.keys + observedPeers.keys.filter { desired.peers[$0] == nil })
        if !change.isEmpty { steps.append(.configure(name, change)) }

        let routes = desired.peers.values.reduce(into: Set<IPPrefix>()) { $0.formUnion($1.routes) }
        steps += stackSteps(name, addresses: desired.addresses, routes: routes, observed)
        return Plan(steps: steps)
    }

    /// The steps that make an interface, before its device is configured: the first ones of
    /// ``between(desired:observed:name:)`` where there is none.
    public static func creation(of desired: DesiredInterface) -> [PlanStep] {
        [.createInterface(desired.name)] + mtuSteps(desired.name, desired.mtu, nil)
    }

    /// What leads to the MTU; nil is ``DesiredInterface/defaultMTU``.
    private static func mtuSteps(_ name: InterfaceName, _ mtu: Int?, _ observed: ObservedInterface?) -> [PlanStep] {
        let mtu = mtu ?? DesiredInterface.defaultMTU
        return observed?.mtu ?? DesiredInterface.defaultMTU == mtu ? [] : [.setMTU(name, mtu)]
    }

    /// What leads to the addresses and routes of an interface that is up.
    private static func stackSteps(
        _ name: InterfaceName, addresses: [InterfaceAddress], routes: Set<IPPrefix>, _ observed: ObservedInterface?
    ) -> [PlanStep] {
        var steps: [PlanStep] = []
        // Add before delete, so that an interface is never without an address in between.
        let addresses = Set(addresses)
        for address in addresses.subtracting(observed?.addresses ?? []).sorted() {
            steps.append(.addAddress(name, address))
        }
        for address in (observed?.addresses ?? []).subtracting(addresses).sorted() {
            steps.append(.removeAddress(name, address))
        }
        if observed?.isUp != true { steps.append(.setUp(name)) }

        // Setting an interface down drops its routes, so after setting it up all of them are due again.
        let present = observed?.isUp == true ? observed?.routes ?? [] : []
        for route in present.subtracting(routes).sorted() { steps.append(.removeRoute(name, route)) }
        // A route through this interface serves, whoever made it; it is not ours to remove.
        let foreign = observed?.isUp == true ? observed?.foreignRoutes ?? [] : []
        // Last, for each of them can meet a route that is not ours, which must not keep anything else from being done.
        for route in routes.subtracting(present).subtracting(foreign).sorted() { steps.append(.addRoute(name, route)) }
        return steps
    }

    /// Whether what the network stack has of an interface is as it should be. Peers, keys and the port are not looked at.
    static func isStackInStep(_ outline: InterfaceOutline, _ observed: ObservedInterface) -> Bool {
        mtuSteps(outline.name, outline.mtu, observed).isEmpty
            && stackSteps(outline.name, addresses: outline.addresses, routes: outline.routes, observed).isEmpty
    }
}
