import WGPilotCore
import WGPilotStore

/// What the reconciler knows of the kernel without asking again; touched by its one consuming task alone.
///
/// Should somebody else write meanwhile, it is stale; the comparison of the whole, which runs on a timer, after events and
/// after every failure, finds and mends it.
struct KernelKnowledge {
    /// The interfaces by network.
    var interfaces: [Int64: KnownInterface] = [:]
    /// The index of each interface's link: another one means that the link was made anew.
    var linkIndices: [Int64: Int] = [:]
    /// The peers whose endpoints were chosen anew and are not yet in the kernel.
    var newEndpoints: [Int64: Set<PublicKey>] = [:]
    /// What was recognized before the first comparison, by network; nil where nobody looked ahead, and after that.
    var ahead: [Int64: RecognizedInterface]?
    /// The networks whose interfaces are in step and whose peers were not looked at one by one, as they were at the start;
    /// until that is made up for, a change of one peer costs a comparison of the whole.
    var recognized: Set<Int64> = []
    /// The devices that are in step and are not known again by it yet.
    var unsealed: [Int64: VersionedInterface] = [:]
    /// The limits on the interfaces, by network.
    var traffic: [Int64: KnownTraffic] = [:]
    /// Whether nothing but limits could not be applied.
    var onlyLimitsAreBehind = false
    /// The rules that are in the kernel; nil while that is not known.
    var firewall: FirewallState?
    /// Whether what the firewall should be could not be brought to the kernel.
    var firewallIsBehind = false
    /// The tracked connections that must end now, for peers lost what they have an end in.
    var lost = ConnectionFilter()
    /// How often in a row something could not be applied.
    var failures = 0
    /// Whether a timer runs at whose end everything is tried again; there is never more than one.
    var retryIsScheduled = false

    /// Takes out what is known of an interface, to be put back when it was changed.
    mutating func take(_ id: Int64) -> KnownInterface? {
        guard var known = interfaces.removeValue(forKey: id) else { return nil }
        for key in newEndpoints[id] ?? [] { known.forgetEndpoint(of: key) }
        return known
    }

    /// Forgets the networks that are no more.
    mutating func keep(_ networks: Set<Int64>) {
        interfaces = interfaces.filter { networks.contains($0.key) }
        linkIndices = linkIndices.filter { networks.contains($0.key) }
        newEndpoints = newEndpoints.filter { networks.contains($0.key) }
        traffic = traffic.filter { networks.contains($0.key) }
    }

    /// One second after the first failure, twice as long after each further one, a minute at most.
    var retryPause: Duration { .seconds(min(60, 1 << min(max(failures - 1, 0), 6))) }
}
