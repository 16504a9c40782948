/// Looks at a client's configuration and says what of it would bite.
public enum ConfigurationLint {
    /// The largest MTU that fits a path of 1500 bytes when the hub is reached over IPv4: less 20 for IPv4, 8 for UDP and
    /// 32 for WireGuard's data message (white paper §5.4.6). Over IPv6, whose header has 40 bytes, it is
    /// ``DesiredInterface/defaultMTU``.
    static let largestMTUOverIPv4 = 1440

    /// The most bytes of a QR code that phones still read well off a screen: those of version 25 at level M, with 117
    /// modules a side (ISO/IEC 18004, table 7).
    static let densestCode = 997

    /// The most bytes that any QR code holds: version 40 at level L (ISO/IEC 18004, table 7).
    static let largestCode = 2953

    /// All that there is to say of a configuration.
    ///
    /// - Parameters:
    ///   - configuration: What the file says.
    ///   - peer: Whose it is.
    ///   - network: Its network.
    ///   - custody: Who has the private key that belongs in the file.
    ///   - endpointIsGuess: Whether nobody chose the host under which the hub is reached.
    public static func findings(
        _ configuration: ClientConfiguration, peer: Peer, network: Network, custody: KeyCustody, endpointIsGuess: Bool
    ) -> [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        func find(_ code: ConfigurationFinding.Code, _ message: String) {
            findings.append(ConfigurationFinding(code, message))
        }
        if endpointIsGuess {
            find(
                .endpointGuess,
                "the endpoint \(configuration.endpointHost) is a guess, this machine's first global address: "
                    + "set endpoint_host")
        }
        if custody == .client {
            find(
                .privateKeyNotHeld,
                "only the client has its private key: put it where the comment in the file says")
        }
        if peer.pendingKey != nil {
            find(
                .keysPending,
                "its keys are prepared and work only once they take the place of the present ones: peer show says when, "
                    + "peer rotate --activate does it now")
        }
        findings += routing(configuration, network)
        if let mtu = configuration.mtu, mtu > largestMTU(configuration.endpointHost) {
            find(
                .mtuTooLarge,
                "an MTU of \(mtu) is more than a path of 1500 bytes has room for beside WireGuard's own headers: "
                    + "at most \(largestMTU(configuration.endpointHost)) fit")
        }
        if !ConfigurationFileName.isForWGQuick(ConfigurationFileName.ascii(for: configuration.name)) {
            let better = ConfigurationFileName.interface(for: configuration.name)
            find(
                .interfaceName,
                "wg-quick names the interface by the file and does not take "
                    + "\(ConfigurationFileName.ascii(for: configuration.name)): for it save the file as \(better).conf")
        }
        if configuration.persistentKeepalive == 0, peer.settings.hubKeepalive == 0, peer.settings.endpoint == nil {
            find(
                .noKeepalive,
                "neither side sends keepalives: behind NAT the client can be reached only while it talks itself")
        }
        if configuration.privateKey != nil {
            let bytes = configuration.body.utf8.count
            if bytes > largestCode {
                find(
                    .qrTooLarge, "no QR code holds it: \(bytes) bytes are \(bytes - largestCode) too many; use the file"
                )
            } else if bytes > densestCode {
                find(
                    .qrDense,
                    "its QR code has \(bytes) bytes: phones read more than \(densestCode) with trouble; use the file")
            }
        }
        return findings
    }

    /// What AllowedIPs let in and leave out.
    private static func routing(
        _ configuration: ClientConfiguration, _ network: Network
    ) -> [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        let allowed = configuration.allowedIPs
        if allowed.isEmpty {
            return [ConfigurationFinding(.allowedIPsEmpty, "AllowedIPs are empty: nothing enters the tunnel")]
        }
        for server in configuration.dnsServers where !allowed.contains(where: { $0.contains(server) }) {
            findings.append(
                ConfigurationFinding(
                    .dnsOutsideTunnel,
                    "the name server \(server) is outside of AllowedIPs: the client asks it past the tunnel, if at all")
            )
        }
        if carriesInternet(allowed, isV4: true), !carriesInternet(allowed, isV4: false) {
            findings.append(
                ConfigurationFinding(
                    .ipv6Leak,
                    "all of IPv4 enters the tunnel and IPv6 does not: where the client has IPv6, that goes past"))
        }
        let hubs = network.hubAddresses.map(\.address)
        if let hub = hubs.first(where: { hub in !allowed.contains { $0.contains(hub) } }),
            network.settings.mode != .siteToSite
        {
            findings.append(
                ConfigurationFinding(
                    .hubOutsideTunnel,
                    "the hub's tunnel address \(hub) is outside of AllowedIPs: the client cannot reach it")
            )
        }
        // wg-quick(8) keeps its own packets out of the tunnel by a firewall mark, but only where AllowedIPs have /0.
        if let endpoint = IPAddress(configuration.endpointHost.description),
            allowed.contains(where: { $0.contains(endpoint) }),
            !allowed.contains(where: { $0.length == 0 && $0.address.isV4 == endpoint.isV4 })
        {
            findings.append(
                ConfigurationFinding(
                    .endpointInTunnel,
                    "AllowedIPs hold the hub's own address \(endpoint) but not all addresses: wg-quick would send the "
                        + "tunnel through itself; exclude \(endpoint.hostPrefix)"))
        }
        return findings
    }

    /// Whether more or less all of the internet of a family enters the tunnel: a part of its global unicast addresses that
    /// no list of single networks has. What is left when blocks are excluded is of this size, too.
    private static func carriesInternet(_ allowed: [IPPrefix], isV4: Bool) -> Bool {
        // Global unicast IPv6 is 2000::/3 (RFC 4291 §2.4, IANA's registry).
        let global = IPPrefix(masking: .v6(IPv6Address(rawValue: 1 << 125)), length: 3)
        return allowed.contains { block in
            block.address.isV4 == isV4 && block.length <= (isV4 ? 3 : 6) && (isV4 || block.overlaps(global))
        }
    }

    private static func largestMTU(_ host: EndpointHost) -> Int {
        IPv6Address(host.description) == nil ? largestMTUOverIPv4 : DesiredInterface.defaultMTU
    }
}
