/// Something about a client's configuration that would bite whoever uses it. Nothing of it is an error: the
/// configuration is what was asked for.
public struct ConfigurationFinding: Hashable, Sendable {
    /// The kinds of findings. A code once given keeps its meaning.
    public enum Code: String, CaseIterable, Sendable {
        /// A name server that the client does not send into the tunnel for.
        case dnsOutsideTunnel = "dns_outside_tunnel"
        /// All of IPv4 enters the tunnel, and IPv6 goes past it.
        case ipv6Leak = "ipv6_leak"
        /// An MTU that no usual path has room for.
        case mtuTooLarge = "mtu_too_large"
        /// A name that no interface can bear.
        case interfaceName = "interface_name"
        /// A QR code that phones read with trouble.
        case qrDense = "qr_dense"
        /// More than a QR code can hold.
        case qrTooLarge = "qr_too_large"
        /// Nobody said under which host clients reach the hub.
        case endpointGuess = "endpoint_guess"
        /// The hub's own address is among what enters the tunnel.
        case endpointInTunnel = "endpoint_in_tunnel"
        /// Its keys are prepared and do not work yet.
        case keysPending = "keys_pending"
        /// The file lacks the private key.
        case privateKeyNotHeld = "private_key_not_held"
        /// Nobody keeps the way to the client open.
        case noKeepalive = "no_keepalive"
        /// Nothing enters the tunnel.
        case allowedIPsEmpty = "allowed_ips_empty"
        /// The hub cannot be reached through the tunnel.
        case hubOutsideTunnel = "hub_outside_tunnel"
    }

    /// What kind it is.
    public var code: Code
    /// One sentence for a person, without a final full stop; never a secret.
    public var message: String

    /// Makes it from its parts.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
