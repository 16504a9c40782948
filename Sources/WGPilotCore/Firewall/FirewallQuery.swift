/// A question: would a conversation that begins like this pass the hub?
public struct FirewallQuery: Hashable, Sendable {
    /// Who begins it.
    public var source: IPAddress
    /// Whom it is for.
    public var destination: IPAddress
    /// By which protocol; `any` where the question is about all of them.
    public var transport: AccessService.TransportProtocol
    /// To which port, of TCP or UDP; nil where the question is about all of them.
    public var port: UInt16?

    /// Makes it from its parts; a port of a protocol that has none is left out.
    public init(
        source: IPAddress, destination: IPAddress, transport: AccessService.TransportProtocol = .any,
        port: UInt16? = nil
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.port = transport == .tcp || transport == .udp ? port : nil
    }
}
