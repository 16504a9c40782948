import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// The keys of peers: who has the private ones, and how they are made anew.
extension PeersHandler {
    func rotateKeys(_ request: RotateKeysRequest, _ call: Call) async throws -> PeerReply {
        let (network, peer) = try await find(PeerReference(network: request.network, peer: request.peer))
        switch request.action {
        case nil, "rotate": break
        case "activate", "cancel":
            let activates = request.action == "activate"
            let outcome = try await hub.change(call, request.options, networks: [network.id]) {
                options async throws(StoreError) in
                activates
                    ? try await hub.store.activateKeys(in: network.id, peer.id, options: options)
                    : try await hub.store.cancelKeys(in: network.id, peer.id, options: options)
            } scope: {
                .peers(network.id, [$0.before.publicKey, $0.after.publicKey])
            }
            return try reply(outcome)
        case let other?:
            throw RPCError.invalidFields([
                FieldViolation(
                    field: "action", message: "\(other.quotedForMessage) is not one of rotate, activate, cancel")
            ])
        }
        let (rotation, custody, reader) = rotation(request, of: peer)
        try await check(rotation, reader, of: peer, in: network)
        let wantsConfiguration = try await wantsConfiguration(
            request.returnConfiguration, custody, of: network, request.options)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.rotateKeys(in: network.id, peer.id, rotation, options: options)
        } scope: {
            .peers(network.id, [$0.before.publicKey, $0.after.publicKey])
        }
        let reply = try reply(outcome)
        if outcome.isRehearsal { return reply }
        return try await completed(
            reply, outcome.value.after, outcome.value.network, secrets: outcome.value.secrets,
            showing: wantsConfiguration)
    }

    /// What a request wants of the keys, and who is to have the private one.
    private func rotation(
        _ request: RotateKeysRequest, of peer: Peer
    ) -> (KeyRotation, KeyCustody, FieldReader) {
        var reader = FieldReader()
        var rotation = KeyRotation()
        rotation.publicKey = reader.read("public_key", request.publicKey) { text throws(InvalidValue) in
            try PublicKey(text)
        }
        rotation.custody = reader.read("custody", request.custody, KeyCustody.init)
        switch request.presharedKey {
        case nil: break
        case "keep": rotation.presharedKey = .keep
        case "none": rotation.presharedKey = .remove
        case "new": rotation.presharedKey = .generate
        case let text?:
            let key = reader.read("preshared_key", text) { text throws(InvalidValue) in try PresharedKey(text) }
            if let key { rotation.presharedKey = .set(key) }
        }
        rotation.overlap = request.overlap
        if let overlap = request.overlap, !(1...PendingKey.longestOverlap).contains(overlap) {
            reader.add("overlap", "an overlap is 1 to \(PendingKey.longestOverlap) s, seven days")
        }
        let custody = request.publicKey != nil ? .client : rotation.custody ?? peer.custody
        if let chosen = rotation.custody, request.publicKey != nil, chosen != .client {
            reader.add("custody", Self.keyIsTheClients)
        }
        if request.publicKey == nil, custody == .client, !reader.refuses(.custody) {
            reader.add(
                "public_key", "the client keeps its private key: give its new public key, or another custody")
        }
        // What was decided holds, whatever somebody else makes of the peer meanwhile: nobody would see the key.
        if rotation.publicKey == nil, custody != .client { rotation.custody = custody }
        return (rotation, custody, reader)
    }

    private static let keyIsTheClients =
        "of a public key that is given the client has the private one: the custody is client"

    /// Who is to have the private key of a new peer.
    func custody(
        of request: CreatePeerRequest, in network: NetworkSettings, _ reader: inout FieldReader
    ) -> KeyCustody {
        let chosen = reader.read("custody", request.custody, KeyCustody.init)
        if request.publicKey != nil {
            if let chosen, chosen != .client {
                reader.add("custody", Self.keyIsTheClients)
            }
            return .client
        }
        let custody = chosen ?? network.custody
        if custody == .client {
            let why = chosen == nil ? "by default a client of this network makes" : "the client makes"
            reader.add("public_key", "\(why) its own keys: give its public key, or another custody")
        }
        return custody
    }

    /// Whether an edit forgets the private key. Every other change of who has it takes new keys.
    func forgetsPrivateKey(_ request: UpdatePeerRequest, _ peer: Peer, _ reader: inout FieldReader) -> Bool {
        guard let custody = reader.read("custody", request.custody, KeyCustody.init), custody != peer.custody else {
            return false
        }
        if custody == .once, peer.custody == .held { return true }
        reader.add(
            "custody",
            "the custody is \(peer.custody.rawValue), and only new keys make it \(custody.rawValue): rotate them")
        return false
    }

    /// Refuses an expiry that is over.
    func checkExpiry(_ expiresAt: Int64?, _ reader: inout FieldReader) {
        if let expiresAt, expiresAt <= hub.now() { reader.add("expires_at", "the expiry lies in the past") }
    }
}
