/// One step that the kernel must take. Each is safe to repeat.
public enum PlanStep: Sendable, CustomStringConvertible {
    /// Makes the interface.
    case createInterface(InterfaceName)
    /// Deletes the interface with all that hangs on it.
    case deleteInterface(InterfaceName)
    /// Sets the MTU.
    case setMTU(InterfaceName, Int)
    /// Gives the interface an address.
    case addAddress(InterfaceName, InterfaceAddress)
    /// Takes an address from the interface.
    case removeAddress(InterfaceName, InterfaceAddress)
    /// Sets keys, port and peers.
    case configure(InterfaceName, DeviceChange)
    /// Sets the interface up.
    case setUp(InterfaceName)
    /// Routes a block through the interface.
    case addRoute(InterfaceName, IPPrefix)
    /// Takes a route of ours away.
    case removeRoute(InterfaceName, IPPrefix)

    /// One line for people and logs, without secrets.
    public var description: String {
        switch self {
        case .createInterface(let name): "create interface \(name)"
        case .deleteInterface(let name): "delete interface \(name)"
        case .setMTU(let name, let mtu): "set MTU of \(name) to \(mtu)"
        case .addAddress(let name, let address): "add address \(address) to \(name)"
        case .removeAddress(let name, let address): "remove address \(address) from \(name)"
        case .setUp(let name): "set \(name) up"
        case .addRoute(let name, let prefix): "add route \(prefix) through \(name)"
        case .removeRoute(let name, let prefix): "remove route \(prefix) through \(name)"
        case .configure(let name, let change): "configure \(name): \(change.summary)"
        }
    }
}

extension DeviceChange {
    fileprivate var summary: String {
        var parts: [String] = []
        if privateKey != nil { parts.append("private key") }
        if let listenPort { parts.append("listen port \(listenPort)") }
        var (added, updated, removed) = (0, 0, 0)
        for peer in peers {
            switch peer {
            case .add: added += 1
            case .update: updated += 1
            case .remove: removed += 1
            }
        }
        if added + updated + removed > 0 { parts.append("peers +\(added) ~\(updated) -\(removed)") }
        return parts.joined(separator: ", ")
    }
}
