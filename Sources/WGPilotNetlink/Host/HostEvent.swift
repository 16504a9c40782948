/// Something of the machine's network stack changed.
public enum HostEvent: Hashable, Sendable {
    /// A link came, went or changed, or its addresses or routes did; by the link's name where it is known.
    case link(String?)
    /// Forwarding was switched off, for the machine or for one interface.
    case forwarding
    /// Somebody else changed the queues, classes or filters of a device, by its name; nil where that is not known.
    case traffic(String?)
    /// Rules changed.
    case firewall
    /// More happened than could be told; everything must be looked at.
    case lost
}
