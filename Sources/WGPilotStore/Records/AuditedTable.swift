/// What of a table may stand in the audit log. Columns that are not named here are never even read for it: no secret and
/// no sealed value can get in.
struct AuditedTable {
    /// How a value is shown.
    enum Shape {
        /// As it is.
        case plain
        /// `true` or `false`.
        case flag
        /// `true`, or nothing where it is not so.
        case mark
        /// A list, its elements separated by commas.
        case list
        /// A public key.
        case publicKey
        /// The network of this number, by name.
        case network
        /// The peer of this number, as NETWORK/PEER.
        case peer
        /// The tunnel addresses of this host number.
        case addresses
        /// Only whether there is one: `held`.
        case secret
    }

    /// A column that may be shown, under the name that requests have for it.
    struct Column {
        let name: String
        let field: String
        let shape: Shape

        init(_ name: String, _ field: String, _ shape: Shape = .plain) {
            self.name = name
            self.field = field
            self.shape = shape
        }
    }

    /// What the rows are, or the rows of what they belong to.
    let kind: String
    /// The column with the number of the object.
    let key: String
    /// The columns that may be shown.
    let columns: [Column]
    /// Whether a row is the object itself, and not something that belongs to it.
    var isOwn = true
    /// Whether a change of a row counts only where the time of change moved: a rule that others push up or down in its
    /// list was not changed.
    var countsByTime = false

    /// Where several objects are changed the ones at the front are told first.
    static let kinds = ["network", "peer", "bridge", "rule", "drift", "setting", "token", "link", "user", "setup_code"]

    /// What may be shown of an object: its own columns, then those of what belongs to it; secrets are what is left.
    static let columnsOfKind = Dictionary(grouping: all.values, by: \.kind).mapValues { tables in
        tables.sorted { $0.columns.count > $1.columns.count }.flatMap(\.columns)
    }

    /// The tables by name. `siteNetwork` is told with its peers, whole.
    static let all: [String: AuditedTable] = [
        "network": AuditedTable(
            kind: "network", key: "id",
            columns: [
                Column("name", "name"), Column("interface", "interface"), Column("mode", "mode"),
                Column("subnet", "subnet"), Column("subnet6", "subnet6"),
                Column("hubNumber", "hub_address", .addresses),
                Column("listenPort", "listen_port"), Column("publicKey", "public_key", .publicKey),
                Column("dnsServers", "dns_servers", .list), Column("searchDomains", "search_domains", .list),
                Column("mtu", "mtu"), Column("endpointHost", "endpoint_host"), Column("tunnel", "tunnel"),
                Column("customCIDRs", "custom_cidrs", .list), Column("nat", "nat", .flag),
                Column("peersMayTalk", "peers_may_talk", .flag), Column("driftPolicy", "drift_policy"),
                Column("enabled", "enabled", .flag), Column("custody", "custody"),
                Column("bandwidthUp", "bandwidth_up_kbps"), Column("bandwidthDown", "bandwidth_down_kbps"),
            ]),
        "networkSecret": AuditedTable(
            kind: "network", key: "networkID", columns: [Column("privateKey", "private_key", .secret)], isOwn: false),
        "peer": AuditedTable(
            kind: "peer", key: "id",
            columns: [
                Column("name", "name"), Column("email", "email"), Column("role", "role"),
                Column("hostNumber", "address", .addresses), Column("publicKey", "public_key", .publicKey),
                Column("endpoint", "endpoint"), Column("persistentKeepalive", "persistent_keepalive"),
                Column("hubKeepalive", "hub_keepalive"), Column("tunnel", "tunnel"),
                Column("extraCIDRs", "extra_cidrs", .list), Column("dnsServers", "dns_servers", .list),
                Column("mtu", "mtu"), Column("notes", "notes"), Column("tags", "tags", .list),
                Column("enabled", "enabled", .flag), Column("disabledReason", "disabled_reason"),
                Column("shownOnce", "shown_once", .mark), Column("searchDomains", "search_domains", .list),
                Column("excludedCIDRs", "excluded_cidrs", .list), Column("expiresAt", "expires_at"),
                Column("bandwidthUp", "bandwidth_up_kbps"), Column("bandwidthDown", "bandwidth_down_kbps"),
            ]),
        "peerSecret": AuditedTable(
            kind: "peer", key: "peerID",
            columns: [
                Column("privateKey", "private_key", .secret), Column("presharedKey", "preshared_key", .secret),
            ], isOwn: false),
        "pendingKey": AuditedTable(
            kind: "peer", key: "peerID",
            columns: [
                Column("nextPublicKey", "pending_public_key", .publicKey),
                Column("nextPrivateKey", "pending_private_key", .secret),
                Column("nextPresharedKey", "pending_preshared_key", .secret),
                Column("activatesAt", "keys_change_at"),
            ], isOwn: false),
        "siteNetwork": AuditedTable(kind: "peer", key: "peerID", columns: [], isOwn: false),
        "bridge": AuditedTable(
            kind: "bridge", key: "id",
            columns: [
                Column("networkA", "network_a", .network), Column("networkB", "network_b", .network),
                Column("direction", "direction"), Column("allowedCIDRs", "allowed_cidrs", .list),
                Column("enabled", "enabled", .flag),
            ]),
        "accessRule": AuditedTable(
            kind: "rule", key: "id",
            columns: [
                Column("ownerNetworkID", "network", .network), Column("ownerTag", "tag"),
                Column("ownerPeerID", "peer", .peer), Column("position", "position"), Column("action", "action"),
                Column("destination", "destination"), Column("destinationText", "destination_value"),
                Column("destinationPeerID", "destination_peer", .peer), Column("protocol", "protocol"),
                Column("ports", "ports", .list), Column("comment", "comment"), Column("enabled", "enabled", .flag),
            ], countsByTime: true),
        "ignoredDrift": AuditedTable(
            kind: "drift", key: "networkID",
            columns: [Column("networkID", "network", .network), Column("item", "item")]),
        "setting": AuditedTable(
            kind: "setting", key: "key", columns: [Column("key", "key"), Column("value", "value")]),
        "apiToken": AuditedTable(
            kind: "token", key: "id",
            columns: [
                Column("name", "name"), Column("role", "role"), Column("createdBy", "created_by"),
                Column("expiresAt", "expires_at"),
            ]),
        "link": AuditedTable(
            kind: "link", key: "id",
            columns: [
                Column("peerID", "peer", .peer), Column("createdBy", "created_by"), Column("expiresAt", "expires_at"),
            ]),
        "user": AuditedTable(
            kind: "user", key: "id",
            columns: [
                Column("name", "name"), Column("role", "role"), Column("enabled", "enabled", .flag),
                Column("email", "email"), Column("passwordVersion", "password", .secret),
            ]),
        "totp": AuditedTable(
            kind: "user", key: "userID", columns: [Column("secret", "second_factor", .secret)], isOwn: false),
        "setupCode": AuditedTable(
            kind: "setup_code", key: "single",
            columns: [
                Column("evenWithUsers", "even_with_users", .mark), Column("createdBy", "created_by"),
                Column("expiresAt", "expires_at"),
            ]),
    ]
}
