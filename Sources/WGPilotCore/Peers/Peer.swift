/// A peer of a network as the database has it, without its secrets.
public struct Peer: Hashable, Sendable, Identifiable {
    /// The number by which everything else refers to a peer; never used again.
    public let id: Int64
    /// The network it belongs to.
    public let networkID: Int64
    /// What was chosen for it.
    public var settings: PeerSettings
    /// Its public key, unique in its network.
    public var publicKey: PublicKey
    /// Its host number in the network's subnets; see ``AddressPlan``.
    public var hostNumber: Int64
    /// Who has its private key.
    public var custody: KeyCustody
    /// Whether it has a preshared key.
    public var hasPresharedKey: Bool
    /// Why it is switched off; nil where it is not.
    public var disabledReason: DisabledReason?
    /// The key that is to take the place of the present one; nil where none is prepared.
    public var pendingKey: PendingKey?
    /// When it was last seen; nil where it never was.
    public var sighting: PeerSighting?
    /// When its configuration was last fetched, in seconds since 1970-01-01 UTC; nil where it never was.
    public var configurationFetchedAt: Int64?
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    /// Makes it from its parts.
    public init(
        id: Int64, networkID: Int64, settings: PeerSettings, publicKey: PublicKey, hostNumber: Int64,
        custody: KeyCustody, hasPresharedKey: Bool, disabledReason: DisabledReason? = nil,
        pendingKey: PendingKey? = nil, sighting: PeerSighting? = nil, configurationFetchedAt: Int64? = nil,
        createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.networkID = networkID
        self.settings = settings
        self.publicKey = publicKey
        self.hostNumber = hostNumber
        self.custody = custody
        self.hasPresharedKey = hasPresharedKey
        self.disabledReason = disabledReason
        self.pendingKey = pendingKey
        self.sighting = sighting
        self.configurationFetchedAt = configurationFetchedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether its private key is kept here, sealed, so that its configuration can be rendered whole.
    public var holdsPrivateKey: Bool { custody == .held }

    /// Its tunnel addresses, IPv4 first.
    public func addresses(in plan: AddressPlan) -> [IPAddress] { plan.addresses(hostNumber) }
}
