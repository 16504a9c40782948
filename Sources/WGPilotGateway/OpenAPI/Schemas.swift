/// The shapes of answers. WGPilotJSON writes them; a test holds the two together.
enum Schemas {
    static func field(
        _ name: String, _ shape: Shape, _ description: String, optional: Bool = false, example: JSONValue? = nil
    ) -> Schema.Field {
        Schema.Field(name, shape, description, required: !optional, example: example)
    }

    static let statistics = Schema(
        "InterfaceStatistics",
        [
            field("received_bytes", .count, "Bytes from peers."),
            field("received_packets", .count, "Packets from peers."),
            field("receive_errors", .count, "Packets from peers that were of no use."),
            field("receive_drops", .count, "Packets from peers that found no place."),
            field("sent_bytes", .count, "Bytes to peers."), field("sent_packets", .count, "Packets to peers."),
            field("send_errors", .count, "Packets to peers that could not be sent."),
            field("send_drops", .count, "Packets to peers that found no place."),
        ])

    static let sync = Schema(
        "Sync",
        [
            field("pending", .flag, "Whether the kernel has yet to take the change.", example: .bool(false)),
            field("reason", .line, "Why it cannot now.", optional: true),
        ])

    static let change = Schema(
        "Change",
        [
            field("dry_run", .flag, "Whether nothing was changed."),
            field("plan", .textList, "What a dry run would change, one line each."),
            field("confirm_by", .time, "When the change is undone unless it is confirmed.", optional: true),
        ])

    /// What the answers of changes have beside the thing.
    static let changed = [
        field("sync", .object(sync), "Whether the change is live; absent where nothing was changed.", optional: true),
        field("change", .object(change), "What became of dry_run and confirm_within.", optional: true),
    ]

    static let finding = Schema(
        "ConfigurationFinding",
        [
            field("code", .line, "What kind it is.", example: .text("ipv6_leak")),
            field("message", .line, "One sentence for people.", example: .text("IPv6 passes by the tunnel")),
        ])

    static let peer = Schema(
        "Peer",
        [
            field("id", .identifier, "The number.", example: .integer(7)),
            field("network_id", .identifier, "The number of its network.", example: .integer(1)),
            field("name", .name, "The name, unique in its network.", example: .text("laptop")),
            field("email", .line, "Whose device it is.", example: .text("anna@example.org")),
            field(
                "public_key", .key, "Its public key.", example: .text("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=")),
            field(
                "allowed_ips", .text(longest: 65_536), "What the hub accepts from it, with commas.",
                example: .text("10.8.0.2/32")),
            field("endpoint", .line, "Where it is, or was given to be.", example: .text("198.51.100.7:51820")),
            field("persistent_keepalive", .seconds, "Seconds between the client's keepalives.", example: .integer(25)),
            field("role", .peerRole, "What it is.", example: .text("client")),
            field("site_networks", .text(longest: 65_536), "The networks behind it, with commas.", example: .text("")),
            field("enabled", .flag, "Whether it is let in.", example: .bool(true)),
            field("online", .flag, "Whether it made a handshake within three minutes.", example: .bool(true)),
            field("last_handshake", .time, "0 for never.", example: .integer(1_790_000_000)),
            field("transfer_rx", .count, "Bytes received from it.", example: .integer(1024)),
            field("transfer_tx", .count, "Bytes sent to it.", example: .integer(2048)),
            field("created_at", .time, "When it was made.", example: .integer(1_780_000_000)),
            field("updated_at", .time, "When it was last changed.", example: .integer(1_780_000_000)),
            field("addresses", .textList, "Its tunnel addresses."),
            field("hub_keepalive", .seconds, "Seconds between the hub's keepalives."),
            field("kernel_keepalive", .seconds, "The same as the kernel has it.", optional: true),
            field("tunnel", .tunnel, "Where it differs from the network's.", optional: true),
            field("extra_cidrs", .textList, "Further blocks for a split tunnel."),
            field("dns_servers", .textList, "Where they differ from the network's.", optional: true),
            field("mtu", .mtu, "Where it differs from the network's.", optional: true),
            field("notes", .text(longest: 8192), "Free text."),
            field("tags", .textList, "Words to group peers by."),
            field("holds_private_key", .flag, "Whether its private key is kept here."),
            field("has_preshared_key", .flag, "Whether it has a preshared key."),
            field("custody", .custody, "Who has the private key."),
            field("search_domains", .textList, "Where they differ from the network's.", optional: true),
            field("excluded_cidrs", .textList, "Blocks kept out of the tunnel."),
            field("expires_at", .time, "When it is switched off by itself.", optional: true),
            field("disabled_reason", .choice(["operator", "expired"]), "Why it is not enabled.", optional: true),
            field("last_endpoint", .line, "Where it was seen last.", optional: true),
            field("pending_public_key", .key, "The key that takes over.", optional: true),
            field("keys_change_at", .time, "When it does.", optional: true),
            field("config_fetched_at", .time, "When its configuration was last fetched.", optional: true),
            field("config_stale", .flag, "Whether the client has an older one.", optional: true),
            field(
                "bandwidth_up_kbps", .bandwidth, "Its own limit of what it sends, in kbit/s; 0 is none.", optional: true
            ),
            field(
                "bandwidth_down_kbps", .bandwidth, "Its own limit of what is sent to it, in kbit/s; 0 is none.",
                optional: true),
        ])

    static let changedPeer = peer.with(
        changed + [
            field("findings", .list(finding), "What would bite in its configuration.", optional: true),
            field(
                "configuration", .text(longest: 65_536), "The client's file, where it was asked for. A secret.",
                optional: true),
        ], as: "ChangedPeer")

    static let peerList = Schema(
        "PeerList",
        [
            field("peers", .list(peer), "The peers in their order."),
            field("next_cursor", .line, "What to ask for the next page with; absent on the last.", optional: true),
            field("status_missing", .line, "Why they bear no status.", optional: true),
        ])

    static let changedPeers = Schema("ChangedPeers", [field("peers", .list(peer), "The peers.")] + changed)

    static let batchResult = Schema(
        "BatchResult",
        [
            field("peer", .identifier, "The number of the peer."),
            field("ok", .flag, "Whether it was done."),
            field(
                "error",
                .object(
                    Schema(
                        "BatchError",
                        [
                            field("code", .line, "The cause."), field("message", .line, "One sentence."),
                        ])), "Why it was not.", optional: true),
        ])

    static let batch = Schema(
        "BatchResults",
        [
            field(
                "results", .list(batchResult), "One for each peer, where each was changed by itself.", optional: true),
            field("peers", .list(peer), "The peers that were made.", optional: true),
        ] + changed)

    static let network = Schema(
        "Network",
        [
            field("id", .identifier, "The number.", example: .integer(1)),
            field("name", .name, "The name, unique on the hub.", example: .text("office")),
            field("interface", .line, "The interface.", example: .text("wg0")),
            field("mode", .mode, "What it is for.", example: .text("gateway")),
            field("subnet", .address, "The IPv4 block.", example: .text("10.8.0.0/24")),
            field("subnet6", .address, "The IPv6 block.", optional: true),
            field("listen_port", .port, "The UDP port.", example: .integer(51_820)),
            field("public_key", .key, "The hub's public key."),
            field("addresses", .textList, "The hub's addresses."),
            field("dns_servers", .textList, "What clients are told to use."),
            field("search_domains", .textList, "What clients are told to use."),
            field("mtu", .mtu, "Where one is set.", optional: true),
            field("link_mtu", .integer(0...65_535), "What the interface has.", optional: true),
            field("endpoint_host", .line, "Where it differs from the hub's.", optional: true),
            field("tunnel", .tunnel, "What clients get."),
            field("custom_cidrs", .textList, "Further blocks for split tunnels."),
            field("nat", .flag, "Whether what leaves bears the hub's address.", optional: true),
            field("peers_may_talk", .flag, "Whether peers reach one another.", optional: true),
            field("drift_policy", .driftPolicy, "What is done about others' changes.", optional: true),
            field("custody", .custody, "Who has new peers' private keys.", optional: true),
            field(
                "bandwidth_up_kbps", .bandwidth, "How much of what each peer sends passes, in kbit/s.", optional: true),
            field(
                "bandwidth_down_kbps", .bandwidth, "How much of what is sent to each peer passes, in kbit/s.",
                optional: true),
            field("enabled", .flag, "Whether it is meant to be up."),
            field("up", .flag, "Whether it is.", optional: true),
            field("peers", .count, "How many it has."),
            field("statistics", .object(statistics), "What the interface carried since it was made.", optional: true),
            field("created_at", .time, "When it was made."),
            field("updated_at", .time, "When it was last changed."),
        ])

    static let networkList = Schema("NetworkList", [field("networks", .list(network), "The networks by number.")])
    static let changedNetwork = network.with(changed, as: "ChangedNetwork")
    static let regenerated = Schema(
        "RegeneratedKeys",
        [
            field("network", .object(network), "The network."),
            field("rotated_peers", .count, "How many peers got a new pair."),
            field("kept_peers", .count, "How many kept theirs."),
        ] + changed)
    static let imported = Schema(
        "ImportedNetwork",
        [
            field("network", .object(network), "The network."),
            field("peers", .textList, "The names of its peers."),
            field("notes", .textList, "What was not taken over, and why."),
        ] + changed)
    static let deleted = Schema(
        "Deleted",
        [
            field("deleted", .flag, "False after a dry run."),
            field("also_removed", .textList, "What goes with it."),
        ] + changed)

    static let bridge = Schema(
        "Bridge",
        [
            field("id", .identifier, "The number.", example: .integer(1)),
            field("network_a", .name, "The first network.", example: .text("office")),
            field("network_b", .name, "The second network.", example: .text("lab")),
            field("direction", .choice(["a_to_b", "b_to_a", "bidirectional"]), "Who may begin."),
            field("allowed_cidrs", .textList, "What may be reached; empty for all."),
            field("enabled", .flag, "Whether it carries traffic."),
            field("created_at", .time, "When it was made."),
            field("updated_at", .time, "When it was last changed."),
        ])
    static let changedBridge = bridge.with(changed, as: "ChangedBridge")
    static let bridgeList = Schema("BridgeList", [field("bridges", .list(bridge), "The bridges by number.")])

    static let rule = Schema(
        "Rule",
        [
            field("id", .identifier, "The number.", example: .integer(1)),
            field("network", .name, "Whose peers it is about.", optional: true, example: .text("office")),
            field("tag", .line, "Whose peers it is about.", optional: true),
            field("peer", .line, "Whom it is about, as NETWORK/PEER.", optional: true),
            field("position", .identifier, "Its place in its list."),
            field("action", .choice(["allow", "deny"]), "What it does."),
            field("destination", .line, "Where to.", example: .text("any")),
            field("protocol", .choice(["any", "tcp", "udp", "icmp"]), "Which protocol."),
            field("ports", .textList, "Destination ports; empty for all."),
            field("comment", .text(longest: 4096), "Free text."),
            field("enabled", .flag, "Whether it is asked."),
            field("created_at", .time, "When it was made."),
            field("updated_at", .time, "When it was last changed."),
        ])
    static let changedRule = rule.with(changed, as: "ChangedRule")
    static let ruleList = Schema("RuleList", [field("rules", .list(rule), "The rules, by owner and position.")])

    static let reach = Schema(
        "Reach",
        [
            field(
                "paths",
                .list(
                    Schema(
                        "ReachPath",
                        [
                            field("source", .line, "From this address."),
                            field("destination", .line, "To this one."),
                            field("allowed", .flag, "Whether the hub lets it pass."),
                            field("reason", .line, "Why."),
                            field("rule", .identifier, "The rule that decides.", optional: true),
                            field("bridge", .identifier, "The bridge that lets it pass.", optional: true),
                        ])), "One for each family."),
            field("notes", .textList, "What else stands in the way."),
        ])

    static let link = Schema(
        "Link",
        [
            field("id", .identifier, "The number.", example: .integer(3)),
            field("network_id", .identifier, "The number of the peer's network."),
            field("peer_id", .identifier, "The number of the peer."),
            field("peer", .name, "The peer's name.", example: .text("laptop")),
            field("created_by", .line, "Who made it."),
            field("created_at", .time, "When it was made."),
            field("expires_at", .time, "From when on it is worthless."),
        ])
    static let madeLink = link.with(
        [
            field("secret", .secret(longest: 256), "What its bearer presents, told this once.", optional: true),
            field("url", .line, "Where its bearer goes.", optional: true),
        ], as: "MadeLink")
    static let linkList = Schema("LinkList", [field("links", .list(link), "The links by number.")])
    static let configuration = Schema(
        "Configuration",
        [
            field("configuration", .text(longest: 65_536), "The client's file."),
            field("file_name", .line, "A name for it."),
            field("findings", .list(finding), "What would bite in it."),
        ])
    static let redeemed = configuration.with(
        [field("qr_svg", .text(longest: 1 << 20), "The same as a QR code.", optional: true)],
        as: "RedeemedConfiguration")

    static let token = Schema(
        "Token",
        [
            field("id", .identifier, "The number.", example: .integer(2)),
            field("name", .name, "The name.", example: .text("backup")),
            field("role", .role, "What its bearer may do."),
            field("created_by", .line, "Who made it."),
            field("created_at", .time, "When it was made."),
            field("expires_at", .time, "From when on it is not taken.", optional: true),
            field("last_used_at", .time, "When it was last used.", optional: true),
        ])
    static let madeToken = token.with(
        [field("secret", .secret(longest: 256), "What its bearer presents, told this once.", optional: true)],
        as: "MadeToken")
    static let tokenList = Schema("TokenList", [field("tokens", .list(token), "The tokens by number.")])

    static let user = Schema(
        "User",
        [
            field("id", .identifier, "The number.", example: .integer(1)),
            field("name", .name, "The name.", example: .text("anna")),
            field("role", .role, "What the user may do."),
            field("enabled", .flag, "Whether the user may log in."),
            field("email", .line, "The e-mail address."),
            field("totp_enabled", .flag, "Whether a second factor is asked for."),
            field("recovery_codes_left", .count, "How many are left."),
            field("sessions", .count, "How many are good."),
            field("created_at", .time, "When the user was made."),
            field("updated_at", .time, "When the user was last changed."),
            field("password_changed_at", .time, "When the password was set."),
            field("last_login_at", .time, "When the user last logged in.", optional: true),
        ])
    static let userList = Schema("UserList", [field("users", .list(user), "The users by name.")])
    static let setupCode = Schema(
        "SetupCode",
        [
            field("code", .secret(longest: 256), "What makes somebody an admin, once."),
            field("expires_at", .time, "From when on it is worthless."),
        ])
    static let session = Schema(
        "Session",
        [
            field("id", .identifier, "The number.", example: .integer(9)),
            field("user_id", .identifier, "The number of its user."),
            field("user", .name, "The name of its user.", example: .text("anna")),
            field("created_at", .time, "When it began."),
            field("last_used_at", .time, "When it was last used."),
            field("expires_at", .time, "From when on it is worthless."),
            field("idle_expires_at", .time, "The same where it is not used any more."),
            field("client_address", .line, "From where the login came."),
            field("user_agent", .line, "What the browser called itself."),
            field("current", .flag, "Whether it is the one of this request."),
        ])
    static let sessionList = Schema("SessionList", [field("sessions", .list(session), "The sessions.")])

    static let challenge = Schema(
        "LoginChallenge",
        [
            field("secret", .secret(longest: 256), "What to continue with."),
            field("expires_at", .time, "From when on it is worthless."),
            field("attempts_left", .count, "How many codes may still be tried."),
        ])
    static let login = Schema(
        "Login",
        [
            field("user", .object(user), "Who is logged in now.", optional: true),
            field("session", .object(session), "The session, whose cookie comes with the answer.", optional: true),
            field(
                "challenge", .object(challenge), "What to continue with, where the second factor is due.",
                optional: true),
        ])
    static let me = Schema(
        "Me",
        [
            field("kind", .choice(["session", "token", "user"]), "How the caller is known."),
            field("name", .name, "The name of the user or token."),
            field("role", .role, "What the caller may do."),
            field("user", .object(user), "The web user, of a session.", optional: true),
            field("session", .object(session), "The session, of a session.", optional: true),
        ])
    static let setupState = Schema("SetupState", [field("setup_needed", .flag, "Whether there is no user yet.")])
    static let totp = Schema(
        "TOTPSecret",
        [
            field("secret", .secret(longest: 256), "The secret in base32."),
            field("uri", .secret(longest: 1024), "The same as otpauth://."),
            field("qr_svg", .secret(longest: 1 << 20), "The same as a QR code."),
        ])
    static let recoveryCodes = Schema(
        "RecoveryCodes",
        [
            field("recovery_codes", .textList, "Each is good once."),
            field("user", .object(user), "Whose they are."),
        ])

    static let status = Schema(
        "Status",
        [
            field("version", .line, "The daemon's version."),
            field("backend", .line, "Who carries the packets."),
            field("backend_version", .line, "Its version."),
            field("role", .line, "The caller's role."),
            field("endpoint_host", .line, "What clients are given.", optional: true),
            field("endpoint_is_guess", .flag, "Whether that is a guess."),
            field("started_at", .time, "When the daemon started."),
            field("peers", .count, "How many there are."),
            field("online", .count, "How many of them are online.", optional: true),
            field("pending", .textList, "What is not live yet."),
            field("foreign_interfaces", .textList, "Interfaces that are not ours."),
            field("networks", .list(network), "The networks."),
        ])
    static let settings = Schema(
        "Settings",
        [
            field("endpoint_host", .line, "What clients are given.", optional: true),
            field("endpoint_is_guess", .flag, "Whether that is a guess."),
            field("backend", .line, "Who carries the packets."),
            field("version", .line, "The daemon's version."),
            field("gateway_version", .line, "The gateway's version."),
        ])
    static let driftFinding = Schema(
        "Finding",
        [
            field("network", .name, "The network."),
            field("item", .line, "What differs."),
            field("message", .line, "What would restore it."),
            field("can_adopt", .flag, "Whether the database can take it over."),
            field("found_at", .time, "When it was found."),
            field("ignored", .flag, "Whether somebody decided to leave it."),
        ])
    static let drift = Schema("Drift", [field("findings", .list(driftFinding), "What differs.")])
    static let doctor = Schema(
        "Doctor",
        [
            field(
                "checks",
                .list(
                    Schema(
                        "Check",
                        [
                            field("name", .line, "What was looked at."),
                            field("result", .choice(["ok", "warning", "fault"]), "How it stands."),
                            field("message", .text(longest: 4096), "What was found."),
                        ])), "The machine, point by point."),
            field("findings", .list(driftFinding), "What differs."),
            field(
                "repairs",
                .list(
                    Schema(
                        "Repair",
                        [
                            field("place", .line, "Where."), field("steps", .textList, "What was done."),
                            field("repaired_at", .time, "When."),
                        ])), "What was repaired since the start."),
            field("foreign_interfaces", .textList, "Interfaces that are not ours."),
            field("settings_changed", .textList, "What of the kernel's settings was changed."),
        ])
    static let reconciled = Schema(
        "Reconciled",
        [
            field("steps", .textList, "What was done."), field("pending", .textList, "What could not be."),
            field("change", .object(change), "What became of dry_run.", optional: true),
        ])
    static let resolved = Schema(
        "Resolved",
        [
            field("steps", .textList, "What was changed."),
            field("done", .line, "What was decided.", optional: true),
        ] + changed)
    static let pendingChange = Schema(
        "PendingChange",
        [
            field("description", .line, "What it is; absent where none waits.", optional: true),
            field("confirm_by", .time, "When it is undone.", optional: true),
            field("sync", .object(sync), "After an undo: whether that is live.", optional: true),
        ])
    static let health = Schema("Health", [field("status", .choice(["ok"]), "That all is well.", example: .text("ok"))])

    private static func total(_ name: String) -> [Schema.Field] {
        [
            field(name, .line, "Of what."), field("connections", .count, "How many."),
            field("sent", .count, "Bytes from those who began them."), field("received", .count, "Bytes back."),
        ]
    }
    static let flow = Schema(
        "Flow",
        [
            field("source", .line, "From."), field("source_port", .integer(0...65_535), "From.", optional: true),
            field("destination", .line, "To."), field("destination_port", .integer(0...65_535), "To.", optional: true),
            field("packets", .count, "How many.", optional: true), field("bytes", .count, "How many.", optional: true),
        ])
    static let connection = Schema(
        "Connection",
        [
            field("id", .count, "The kernel's number."), field("protocol", .line, "Which."),
            field("state", .line, "Of a TCP connection.", optional: true),
            field("original", .object(flow), "As the first packet had it."),
            field("reply", .object(flow), "What comes back."),
            field("initiator_peer", .name, "The peer that began it.", optional: true),
            field("responder_peer", .name, "The peer that was reached.", optional: true),
            field("replied", .flag, "Whether anything came back."),
            field("assured", .flag, "Whether it is established."),
            field("timeout", .count, "Seconds until it is forgotten.", optional: true),
            field("started_at", .time, "When it began.", optional: true),
            field("mark", .count, "The mark.", optional: true), field("zone", .count, "The zone.", optional: true),
            field("icmp_type", .count, "Of ICMP.", optional: true),
            field("icmp_code", .count, "Of ICMP.", optional: true),
            field("icmp_id", .count, "Of ICMP.", optional: true),
        ])
    static let connections = Schema(
        "Connections",
        [
            field(
                "summary",
                .object(
                    Schema(
                        "ConnectionSummary",
                        [
                            field("connections", .count, "How many."), field("sent", .count, "Bytes."),
                            field("received", .count, "Bytes."), field("shown", .count, "How many follow."),
                            field("accounting", .flag, "Whether bytes are counted."),
                            field("accounting_note", .line, "Why not.", optional: true),
                            field("protocols", .list(Schema("ProtocolTotal", total("protocol"))), "By protocol."),
                            field(
                                "peers", .list(Schema("PeerTotal", total("peer"))),
                                "The busiest ten; absent where one is asked for.", optional: true),
                            field(
                                "destinations", .list(Schema("DestinationTotal", total("address"))), "The busiest ten."),
                        ])), "What they amount to."),
            field("connections", .list(connection), "Those that are shown."),
        ])
    static let flushed = Schema(
        "Flushed", [field("dry_run", .flag, "Whether none was ended."), field("count", .count, "How many.")])

    static let historyPoint = Schema(
        "HistoryPoint",
        [
            field("start", .bucket, "Its beginning; it ends where the next begins.", example: .integer(1_790_000_000)),
            field("received", .count, "Bytes from the peer, or from all.", example: .integer(1024)),
            field("sent", .count, "Bytes to the peer, or to all.", example: .integer(2048)),
            field("watched", .count, "For how many seconds of it the hub looked; 0 is a gap.", example: .integer(60)),
        ])
    static let history = Schema(
        "History",
        [
            field("from", .bucket, "The beginning of the first point.", example: .integer(1_789_999_200)),
            field("to", .bucket, "The end of the last, which may lie in the future.", example: .integer(1_790_002_800)),
            field("granularity", .line, "How finely it is told.", example: .text("5min")),
            field("received", .count, "Bytes in all.", example: .integer(1024)),
            field("sent", .count, "Bytes in all.", example: .integer(2048)),
            field("sampled_at", .time, "Up to when it is known; absent where nobody looked yet.", optional: true),
            field("points", .list(historyPoint), "Without a gap in time."),
        ])
    static let peerSession = Schema(
        "PeerSession",
        [
            field("started_at", .time, "The handshake that it began with."),
            field("ended_at", .time, "When it ended; absent where it goes on.", optional: true),
            field("last_seen_at", .time, "The last sign of life."),
            field("seconds", .count, "How long it went on so far."),
            field("received", .count, "Bytes from the peer in it."), field("sent", .count, "Bytes to the peer in it."),
            field(
                "endpoints",
                .list(
                    Schema(
                        "SessionEndpoint",
                        [
                            field("at", .time, "When it was first seen."),
                            field("endpoint", .line, "From where the peer came.", example: .text("198.51.100.7:51820")),
                        ])), "In order; of very many the latest."),
        ])
    static let peerSessions = Schema(
        "PeerSessions",
        [
            field("sessions", .list(peerSession), "The latest first."),
            field("next", .moment, "What before is for the next page; absent on the last.", optional: true),
        ])
    static let purged = Schema(
        "PurgedHistory",
        [
            field("dry_run", .flag, "Whether nothing went."), field("samples", .count, "Samples."),
            field("hourly_days", .count, "Days of which each hour was kept."),
            field("daily_groups", .count, "Groups of days of which each was kept."),
            field("sessions", .count, "Sessions."),
        ])

    static let auditEntry = Schema(
        "AuditEntry",
        [
            field("sequence", .identifier, "Its place in the log."), field("time", .time, "When."),
            field("actor_kind", .line, "What the actor is."), field("actor", .line, "Who."),
            field("uid", .count, "The user id.", optional: true),
            field("token_id", .identifier, "The token.", optional: true),
            field("origin", .line, "From where."), field("method", .line, "What was called."),
            field("target", .line, "What it was about."), field("result", .line, "The status."),
            field("reason", .line, "Why it failed."), field("request_id", .line, "The request id."),
            field("count", .count, "How many attempts it stands for."),
            field(
                "changes",
                .list(
                    Schema(
                        "AuditChange",
                        [
                            field("action", .line, "What became of it."), field("kind", .line, "What it is."),
                            field("name", .line, "Its name."),
                            field(
                                "fields",
                                .list(
                                    Schema(
                                        "AuditField",
                                        [
                                            field("field", .line, "Which."),
                                            field("before", .text(longest: 65_536), "Before.", optional: true),
                                            field("after", .text(longest: 65_536), "After.", optional: true),
                                        ])), "Its values."),
                        ])), "What became of which object."),
            field("omitted_changes", .count, "How many more there were."),
            field("previous_hash", .line, "The hash of the entry before."), field("hash", .line, "Its own."),
        ])
    static let auditList = Schema(
        "AuditList",
        [
            field("entries", .list(auditEntry), "Newest first."),
            field("next_cursor", .identifier, "What to ask for the next page with.", optional: true),
        ])
    static let auditExport = Schema(
        "AuditExport",
        [
            field("entries", .list(auditEntry), "Oldest first."),
            field("next_after", .identifier, "What to ask for the next page with.", optional: true),
        ])
    static let auditVerdict = Schema(
        "AuditVerdict",
        [
            field("intact", .flag, "Whether every entry is as it was written."),
            field("sequence", .count, "The last entry."), field("hash", .line, "Its hash."),
            field("first_bad", .identifier, "The first that is not.", optional: true),
            field("problem", .line, "What is wrong with it.", optional: true),
        ])

    /// What every failure is told as.
    static let failure = Schema(
        "Failure",
        [
            field(
                "error",
                .object(
                    Schema(
                        "Error",
                        [
                            field("code", .line, "A stable name of the cause.", example: .text("invalid_fields")),
                            field(
                                "message", .text(longest: 8192), "One sentence for people.",
                                example: .text("mtu: is a number from 576 to 65535")),
                            field(
                                "request_id", .line, "What the logs have it under.", example: .text("6ftsqp5d7vj1m3xk")),
                            field(
                                "fields",
                                .list(
                                    Schema(
                                        "FieldError",
                                        [
                                            field("field", .line, "Which.", example: .text("mtu")),
                                            field(
                                                "message", .text(longest: 4096), "Why.",
                                                example: .text("is a number from 576 to 65535")),
                                        ])), "Every field that is at fault."),
                        ])), "What went wrong.")
        ])
}
