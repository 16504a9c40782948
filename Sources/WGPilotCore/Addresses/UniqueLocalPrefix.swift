/// Makes blocks for IPv6 networks that nobody assigned: unique local addresses (RFC 4193).
public enum UniqueLocalPrefix {
    /// A /64 that is unlikely to be used anywhere else: `fd00::/8` (RFC 4193 §3.1, L = 1), a random global id of 40 bits
    /// (§3.2.1: it must not be well-known or handed out in order) and the subnet id 0.
    public static func random(using generator: inout some RandomNumberGenerator) -> IPPrefix {
        let globalID = generator.next() as UInt64 >> 24
        let number = 0xFD << 120 | UInt128(globalID) << 80
        return IPPrefix(masking: .v6(IPv6Address(rawValue: number)), length: 64)
    }
}
