public import WGPilotCore

extension LinuxHostNetwork {
    /// What there is of queues and filters on an interface.
    public func traffic(on interface: InterfaceName) async throws(KernelError) -> ObservedTraffic {
        try await translating("read the bandwidth limits of \(interface)") { () throws(NetlinkError) in
            try await trafficControl.observe(interface)
        }
    }

    /// Takes steps towards the limits of an interface.
    public func apply(_ steps: [TrafficStep], on interface: InterfaceName) async throws(KernelError) {
        if !steps.isEmpty { try await trafficControl.take(steps, on: interface) }
    }
}
