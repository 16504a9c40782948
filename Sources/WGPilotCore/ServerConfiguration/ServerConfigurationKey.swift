/// The keys of a wg-quick file, spelt as wg(8) and wg-quick(8) have them. Their case does not matter in a file.
enum ServerConfigurationKey: String, CaseIterable {
    case privateKey = "PrivateKey"
    case address = "Address"
    case listenPort = "ListenPort"
    case mtu = "MTU"
    case dns = "DNS"
    case table = "Table"
    case fwMark = "FwMark"
    case saveConfig = "SaveConfig"
    case preUp = "PreUp"
    case postUp = "PostUp"
    case preDown = "PreDown"
    case postDown = "PostDown"

    case publicKey = "PublicKey"
    case presharedKey = "PresharedKey"
    case allowedIPs = "AllowedIPs"
    case endpoint = "Endpoint"
    case persistentKeepalive = "PersistentKeepalive"

    private static let bySpelling = Dictionary(
        allCases.map { ($0.rawValue.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    /// The key spelt so, in whatever case; nil for anything else.
    init?(spelling text: some StringProtocol) {
        // The longest key; lower-casing a megabyte to find that it is no key would be a waste.
        guard text.utf8.count <= 19, let key = Self.bySpelling[text.lowercased()] else { return nil }
        self = key
    }

    /// Whether it belongs in `[Peer]`; the others belong in `[Interface]`.
    var isPeerKey: Bool {
        switch self {
        case .publicKey, .presharedKey, .allowedIPs, .endpoint, .persistentKeepalive: true
        default: false
        }
    }

    /// Whether it may stand more than once in a section.
    var isRepeatable: Bool {
        switch self {
        case .address, .allowedIPs, .dns, .preUp, .postUp, .preDown, .postDown: true
        default: false
        }
    }
}
