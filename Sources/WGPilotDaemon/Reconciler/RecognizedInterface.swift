import WGPilotCore
import WGPilotStore

/// An interface that is as the database has it, told by the seal of its device.
struct RecognizedInterface: Sendable {
    /// The interface's name.
    var name: InterfaceName
    /// The index of its link.
    var index: Int
    /// By what it was told.
    var sealed: SealedInterface
}
