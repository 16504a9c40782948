import WGPilotCore
import WGPilotProtocol

extension BridgeMessage {
    /// A bridge as it goes over the wire, with the names of its networks.
    init(_ bridge: Bridge, _ names: [Int64: String]) {
        let settings = bridge.settings
        self.init(
            id: bridge.id, networkA: names[settings.networkA] ?? String(settings.networkA),
            networkB: names[settings.networkB] ?? String(settings.networkB), direction: settings.direction.rawValue,
            allowedCIDRs: settings.allowedCIDRs.map(\.description), enabled: settings.enabled,
            createdAt: bridge.createdAt, updatedAt: bridge.updatedAt)
    }
}
