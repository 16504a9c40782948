/// Who holds a UDP port.
public struct UDPPortOwner: Hashable, Sendable, CustomStringConvertible {
    /// In words that stand in a sentence: "process python3 (pid 812)", "WireGuard interface wg7", "a socket of user 1000".
    public let description: String
    /// The name of the WireGuard interface that holds it, where it is one.
    public let interface: String?

    /// Makes it from its words.
    public init(description: String, interface: String? = nil) {
        self.description = description
        self.interface = interface
    }
}
