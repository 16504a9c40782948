/// One step that the kernel takes towards the limits of an interface. Each is safe to repeat.
public enum TrafficStep: Hashable, Sendable {
    /// Which filters are meant.
    public enum Tree: Hashable, Sendable {
        /// Those that lead to the classes of a direction.
        case classes(TrafficDirection)
        /// Those that lead from the interface to the device that takes what comes from peers.
        case redirects
    }

    /// Makes the device that takes what comes from peers, and sets it up.
    case makeMirror
    /// Deletes it with all that hangs on it.
    case removeMirror
    /// Makes the queue of a direction, without classes.
    case makeQueue(TrafficDirection)
    /// Takes the queue of a direction away with its classes and filters.
    case removeQueue(TrafficDirection)
    /// Gives the interface a place for filters of what comes in.
    case makeIngress
    /// Takes our filters of what comes in away, and their place where nobody else uses it.
    case removeIngress
    /// Makes a class with its queue, or brings one that is there to this.
    case setClass(TrafficDirection, UInt16, TrafficClass)
    /// Takes a class away, to which no filter leads any more.
    case removeClass(TrafficDirection, UInt16)
    /// Makes a table and what leads to it.
    case addTable(Tree, TrafficTable)
    /// Makes a filter.
    case addFilter(Tree, IPPrefix, TrafficTree.Filter)
    /// Takes a filter away, by its number.
    case removeFilter(Tree, isV4: Bool, UInt32)
}
