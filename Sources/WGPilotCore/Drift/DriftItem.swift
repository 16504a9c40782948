import Crypto

/// One thing about an interface that is not as the database says, with what would restore it.
public struct DriftItem: Hashable, Sendable {
    /// What it is about.
    public let subject: DriftSubject
    /// What would be done to restore it, one line each, without secrets.
    public let lines: [String]
    /// Tells this difference from another one about the same subject: a digest (SHA-256) of what is and of what would
    /// be done.
    public let identity: [UInt8]

    init(_ subject: DriftSubject, _ lines: [String], observed: ObservedInterface?) {
        self.subject = subject
        self.lines = lines
        var hash = SHA256()
        func mix(_ text: String) {
            // The length first, so that no two lists of texts give the same bytes.
            hash.update(data: Array("\(text.utf8.count):".utf8))
            hash.update(data: Array(text.utf8))
        }
        mix(subject.description)
        // An interface that is gone is the same finding whatever peers it would get.
        if subject != .interface { for line in lines { mix(line) } }
        switch subject {
        case .privateKey: mix(observed?.privateKey?.publicKey.description ?? "")
        case .listenPort: mix(observed?.listenPort.description ?? "")
        case .mtu: mix(observed?.mtu.description ?? "")
        case .peer(let key):
            if let peer = observed?.peers[key] {
                mix(peer.allowedIPs.sorted().commaSeparated)
                mix(peer.persistentKeepalive.description)
                peer.presharedKey?.withBytes { hash.update(data: $0) }
            }
        case .interface, .up, .address, .route: break
        }
        identity = Array(hash.finalize())
    }
}
