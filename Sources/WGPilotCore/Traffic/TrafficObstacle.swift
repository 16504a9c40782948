/// Why a limit cannot be set.
public enum TrafficObstacle: Error, Hashable, Sendable, CustomStringConvertible {
    /// Somebody else queues what leaves by the device.
    case foreignQueue(device: String, String)
    /// Something else bears the name of the device that takes what comes from peers.
    case foreignDevice(name: String, String)
    /// All classes are taken.
    case tooManyPeers(InterfaceName, TrafficDirection)
    /// More blocks fall together than a table can tell apart.
    case tooManyBlocks(IPPrefix)

    /// One sentence that says what to do, without a final full stop.
    public var description: String {
        switch self {
        case .foreignQueue(let device, let kind):
            "\(device) has a queueing discipline of somebody else (\(kind)), which is left alone, so no bandwidth is "
                + "limited there; take it away with `tc qdisc del dev \(device) root`, or take the limits away"
        case .foreignDevice(let name, let kind):
            "\(name) is a device that WGPilot did not make (\(kind)), so what comes from peers is not limited; rename it or "
                + "remove it"
        case .tooManyPeers(let interface, let direction):
            "\(interface) has \(TrafficShape.mostPeers) peers with a limit \(direction.rawValue), which is as many as the "
                + "kernel can tell apart on one interface; make another network for the others"
        case .tooManyBlocks(let block):
            "more than 4095 blocks end in the same bits as \(block), and can not be told apart"
        }
    }
}
