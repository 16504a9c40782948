import WGPilotCore

/// The secrets that a draft or an edit brings. Those of one draft are made before the transaction, so that it stays short;
/// those of many by ``SecretsInMaking``.
struct NewSecrets: Sendable {
    /// The new public key; nil where the old one stays.
    var publicKey: PublicKey?
    /// Who has the private key from now on; nil where that does not change.
    var custody: KeyCustody?
    /// What is to be stored.
    var kept = PeerSecrets()
    /// What the caller gets to see: also what is not stored.
    var answered = PeerSecrets()
    var replacesPrivateKey = true
    var replacesPresharedKey = true

    var replacesAnything: Bool { replacesPrivateKey || replacesPresharedKey }

    init(_ draft: PeerDraft) {
        switch draft.keys {
        case .generate: take(.generate(), held: draft.holdsPrivateKey)
        case .publicKey(let key): (publicKey, custody) = (key, .client)
        case .privateKey(let key): take(key, held: draft.holdsPrivateKey)
        }
        switch draft.presharedKey {
        case .generate: take(.generate())
        case .none: break
        case .given(let key): take(key)
        }
    }

    init(_ edit: PeerEdit) {
        switch edit.keys {
        case .keep: replacesPrivateKey = false
        case .forgetPrivateKey: custody = .once
        case .generate: take(.generate(), held: edit.holdsPrivateKey)
        case .publicKey(let key): (publicKey, custody) = (key, .client)
        case .privateKey(let key): take(key, held: edit.holdsPrivateKey)
        }
        switch edit.presharedKey {
        case .keep: replacesPresharedKey = false
        case .remove: break
        case .generate: take(.generate())
        case .set(let key): take(key)
        }
    }

    private mutating func take(_ key: PrivateKey, held: Bool) {
        publicKey = key.publicKey
        answered.privateKey = key
        custody = held ? .held : .once
        if held { kept.privateKey = key }
    }

    private mutating func take(_ key: PresharedKey) {
        kept.presharedKey = key
        answered.presharedKey = key
    }
}
