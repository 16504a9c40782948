import HTTPTypes
import WGPilotCore

/// Finds the client's address behind proxies that are trusted.
struct ProxyTrust: Sendable {
    /// Which field the proxies write.
    ///
    /// One alone is believed: a proxy that writes the one passes on whatever its client wrote into the other.
    enum Field: String, CaseIterable, Sendable {
        /// `X-Forwarded-For` and `X-Forwarded-Proto`, as nginx, HAProxy, Apache and Caddy have them.
        case xForwardedFor = "x-forwarded-for"
        /// `Forwarded`, of RFC 7239.
        case forwarded
    }

    /// The addresses of the proxies.
    let blocks: [IPPrefix]
    var field = Field.xForwardedFor

    /// Whether this is one of them.
    func trusts(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// Who sent the request, and whether that one sees `https`; nil for the latter where no proxy says.
    ///
    /// From the right, each address is believed as long as the one after it, who wrote it down, is trusted: the first that is
    /// not a proxy of ours is the client. What stands further left anybody may have written.
    func client(of fields: HTTPFields, peer: IPAddress) -> (address: IPAddress, isSecure: Bool?) {
        guard trusts(peer) else { return (peer, nil) }
        let elements = field == .forwarded ? Self.elements(fields) : []
        let hops =
            field == .forwarded ? elements.map { $0["for"].flatMap(Self.address) } : Self.forwardedFor(fields)
        var client = peer
        for hop in hops.reversed() {
            guard let address = hop else { break }
            client = address
            if !trusts(address) { break }
        }
        let scheme =
            field == .forwarded ? elements.last?["proto"]?.lowercased() : Self.forwardedScheme(fields)
        return (client, scheme.map { $0 == "https" })
    }

    private static func forwardedScheme(_ fields: HTTPFields) -> String? {
        fields[.xForwardedProto]?.split(separator: ",").last.map { String($0).lowercased().filter { $0 != " " } }
    }

    /// RFC 7239 §4.
    private static func elements(_ fields: HTTPFields) -> [[String: String]] {
        (fields[.forwarded] ?? "").split(separator: ",").map { element in
            var pairs: [String: String] = [:]
            for pair in element.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { continue }
                pairs[parts[0].filter { $0 != " " }.lowercased()] = parts[1].filter { $0 != "\"" && $0 != " " }
            }
            return pairs
        }
    }

    private static func forwardedFor(_ fields: HTTPFields) -> [IPAddress?] {
        (fields[.xForwardedFor] ?? "").split(separator: ",").map { address($0.filter { $0 != " " }) }
    }

    /// An address with or without a port.
    private static func address(_ text: String) -> IPAddress? { bare(text)?.unmapped }

    private static func bare(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return IPAddress(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":")
        return parts.count == 2 ? IPAddress(parts[0]) : nil
    }
}
