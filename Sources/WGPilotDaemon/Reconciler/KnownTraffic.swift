import WGPilotCore

/// What is known of the limits on an interface without asking the kernel again.
struct KnownTraffic: Sendable {
    /// The interface.
    var interface: InterfaceName
    /// The index of the interface's link: on another one there is nothing of it.
    var link: Int?
    /// The index of the device that takes what comes from peers; nil where there is none, or where that is not known.
    var mirror: Int?
    /// Each direction as it was left; one that is missing must be looked at.
    var shapes: [TrafficDirection: TrafficShape] = [:]

    /// The names of the devices that queue.
    var names: Set<String?> { [interface.description, TrafficShape.mirrorName(of: interface)] }
}
