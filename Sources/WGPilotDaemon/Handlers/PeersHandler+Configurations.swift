import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// The configurations of clients: who may see one, what stands in it, and what would bite.
extension PeersHandler {
    func config(_ request: PeerReference) async throws -> PeerConfigReply {
        let (network, peer) = try await find(request)
        return try await configuration(ofPeer: peer.id, in: network)
    }

    /// The configuration of a peer, for somebody who gets to see it.
    func configuration(ofPeer id: Int64, in network: Network) async throws -> PeerConfigReply {
        let endpoint = try await endpointHost(of: network)
        let rendered = try await hub.stored { () async throws(StoreError) in
            try await hub.store.configuration(ofPeer: id, in: network.id, defaultEndpointHost: endpoint.host)
        }
        if rendered.custody == .once {
            throw RPCError(
                .failedPrecondition, reason: "private_key_not_held",
                message: """
                    the configuration was shown once, when its keys were made, and its private key was not kept: make new \
                    ones with `wgpilotctl peer rotate '#\(network.id)/#\(id)' --config-file FILE`
                    """)
        }
        return await shown(rendered, isGuess: endpoint.isGuess)
    }

    /// A configuration that somebody gets to see, which is noted. A full disk does not keep it from anybody: what is not
    /// noted is merely not known to be stale.
    private func shown(_ rendered: RenderedConfiguration, isGuess: Bool) async -> PeerConfigReply {
        try? await hub.store.noteFetched(rendered)
        let findings = findings(rendered, isGuess)
        return PeerConfigReply(
            text: rendered.configuration.text,
            fileName: ConfigurationFileName.ascii(for: rendered.peer.settings.name),
            holdsPrivateKey: rendered.configuration.privateKey != nil, warnings: findings.map(\.message),
            findings: findings)
    }

    private func findings(_ rendered: RenderedConfiguration, _ isGuess: Bool) -> [ConfigurationFindingMessage] {
        ConfigurationLint.findings(
            rendered.configuration, peer: rendered.peer, network: rendered.network, custody: rendered.custody,
            endpointIsGuess: isGuess
        ).map { ConfigurationFindingMessage($0) }
    }

    /// Adds to the answer of a change what would bite in the configuration that it leads to, and where wanted that itself.
    ///
    /// - Parameter secrets: What is known at this moment alone, for keys that were just made.
    func completed(
        _ reply: PeerReply, _ peer: Peer, _ network: Network, secrets: PeerSecrets? = nil, showing: Bool = false
    ) async throws -> PeerReply {
        var reply = reply
        // Without a host there is no configuration, and `Config` says what to do about that.
        guard let endpoint = try? await endpointHost(of: network) else { return reply }
        let rendered: RenderedConfiguration
        do {
            rendered = try await hub.store.configuration(
                ofPeer: peer.id, in: network.id, secrets: showing ? secrets : nil, defaultEndpointHost: endpoint.host)
        } catch {
            // The change is made: only whoever waits for its configuration must hear that there is none.
            if showing { throw RPCError(error) }
            return reply
        }
        if showing { reply.configuration = await shown(rendered, isGuess: endpoint.isGuess) }
        reply.findings = findings(rendered, endpoint.isGuess)
        return reply
    }

    /// The host under which a network's clients reach the hub; where nobody chose one it is a guess.
    func endpointHost(of network: Network) async throws(RPCError) -> (host: EndpointHost, isGuess: Bool) {
        if let host = network.settings.endpointHost { return (host, false) }
        if let found = try? await hub.defaultEndpointHost() { return found }
        throw RPCError(
            .failedPrecondition, reason: "no_endpoint_host",
            message: "no host is known under which clients reach this hub: set endpoint_host in daemon.yaml, or "
                + "for this network with `wgpilotctl network edit '#\(network.id)' --endpoint-host HOST`")
    }

    /// Whether a change that makes keys answers the configuration. Refuses, before anything is changed, what would make a
    /// private key that nobody gets to see.
    func wantsConfiguration(
        _ isWanted: Bool?, _ custody: KeyCustody, of network: Network, _ options: ChangeOptions?
    ) async throws -> Bool {
        if isWanted == true {
            _ = try await endpointHost(of: network)
            return true
        }
        if custody != .once || options?.dryRun == true { return false }
        throw RPCError(
            .failedPrecondition, reason: "configuration_not_taken",
            message: """
                with custody once the private key is in this call's answer and nowhere else: take it, with `--config-file \
                FILE` or `--print-config`, or choose another custody
                """)
    }
}
