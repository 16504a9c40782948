"""A value for every field of every message, by the names of docs/protocol.md. Written by hand.

No field is left out, no array is empty, no text is empty and no number is 0, so that every field shows in the bytes. A
value that is a message stands here by its own name.
"""

KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
OPTIONS = {"dry_run": True, "confirm_within": 600, "if_unchanged": 1_700_000_000}
CHANGE = {"dry_run": True, "plan": ["create interface wg0", "set mtu 1420"], "confirm_by": 1_700_000_600}
SYNC = {"is_pending": True, "reason": "the interface wg0 is somebody else's"}

LINK_STATISTICS = {
    "received_bytes": 5_000_000_000, "received_packets": 4_000_000, "receive_errors": 3, "receive_drops": 2,
    "sent_bytes": 70_000, "sent_packets": 700, "send_errors": 5, "send_drops": 4,
}
NETWORK = {
    "id": 3, "name": "office", "interface": "wg0", "mode": "gateway", "subnet": "10.8.0.0/24",
    "subnet6": "fd12:3456:789a::/64", "listen_port": 51820, "public_key": KEY, "dns_servers": ["9.9.9.9", "2620:fe::fe"],
    "search_domains": ["corp.example"], "mtu": 1380, "endpoint_host": "vpn.example.org", "tunnel": "split",
    "custom_cidrs": ["172.16.0.0/12"], "enabled": True, "created_at": 1_700_000_000, "updated_at": 1_700_000_001,
    "hub_addresses": ["10.8.0.1/24", "fd12:3456:789a::1/64"], "peers": 250, "is_up": True, "nat": False,
    "peers_may_talk": True, "drift_policy": "report", "link_mtu": 1420, "custody": "once",
    "statistics": LINK_STATISTICS,
    "bandwidth_up_kbps": 2_000, "bandwidth_down_kbps": 20_000,
}
PEER_STATUS = {
    "endpoint": "198.51.100.7:40000", "latest_handshake": 1_700_000_100, "received": 5_000_000_000, "sent": 70_000,
    "persistent_keepalive": 15, "online": True,
}
PEER = {
    "id": 7, "network_id": 3, "name": "laptop", "email": "ann@example.org", "public_key": KEY,
    "addresses": ["10.8.0.2", "fd12:3456:789a::2"], "role": "site-gateway", "site_networks": ["192.168.7.0/24"],
    "endpoint": "203.0.113.9:51820", "persistent_keepalive": 25, "hub_keepalive": 300, "tunnel": "full",
    "extra_cidrs": ["10.0.0.0/8"], "dns_servers": ["1.1.1.1"], "mtu": 1280, "notes": "kept in the cellar",
    "tags": ["it", "berlin"], "enabled": True, "holds_private_key": True, "has_preshared_key": True,
    "created_at": 1_700_000_002, "updated_at": 1_700_000_003, "status": PEER_STATUS, "custody": "once",
    "search_domains": ["lan.example"], "excluded_cidrs": ["192.168.0.0/16", "fd00::/8"], "expires_at": 1_800_000_000,
    "disabled_reason": "expired", "last_seen_at": 1_700_000_200, "last_endpoint": "198.51.100.8:41000",
    "pending_public_key": KEY, "keys_change_at": 1_700_600_000, "config_fetched_at": 1_700_000_300, "config_stale": True,
    "bandwidth_up_kbps": 800, "bandwidth_down_kbps": 10_000,
}
FINDING_OF_CONFIGURATION = {"code": "endpoint_guess", "message": "the endpoint 192.0.2.1 is a guess"}
PEER_CONFIG = {
    "text": "[Interface]\nAddress = 10.8.0.2/32\n", "file_name": "laptop.conf", "holds_private_key": True,
    "warnings": ["the hub has no address yet"], "findings": [FINDING_OF_CONFIGURATION],
}
BRIDGE = {
    "id": 4, "network_a": "office", "network_b": "lab", "direction": "a_to_b", "allowed_cidrs": ["10.9.0.0/28"],
    "enabled": True, "created_at": 1_700_000_004, "updated_at": 1_700_000_005,
}
RULE = {
    "id": 11, "network": "office", "tag": "it", "peer": "office/laptop", "position": 2, "action": "deny",
    "destination": "site:office/depot", "protocol": "tcp", "ports": ["80", "8000-8100"], "comment": "the printer",
    "enabled": True, "created_at": 1_700_000_006, "updated_at": 1_700_000_007,
}
REACH = {
    "source": "10.8.0.2", "destination": "10.9.0.2", "allowed": True, "reason": "rule 11 allows it", "rule": 11,
    "bridge": 4,
}
CHECK = {"name": "forwarding", "result": "warning", "message": "IPv6 is not forwarded"}
FINDING = {
    "network": "office", "item": "mtu", "message": "set mtu 1420", "can_adopt": True, "found_at": 1_700_000_008,
    "is_ignored": True,
}
HISTORY_POINT = {"start": 1_700_000_040, "received": 5_000_000_000, "sent": 70_000, "watched": 60}
SESSION_ENDPOINT = {"at": 1_700_000_050, "endpoint": "198.51.100.7:40000"}
PEER_SESSION = {
    "started_at": 1_700_000_050, "ended_at": 1_700_000_950, "last_seen_at": 1_700_000_950, "received": 5_000_000_000,
    "sent": 70_000, "endpoints": [SESSION_ENDPOINT, {"at": 1_700_000_060, "endpoint": "[2001:db8::7]:40001"}],
}
WATCH_STATUS = {"network_id": 3, "peer_id": 7, "status": PEER_STATUS}
REPAIR = {"place": "wg0", "steps": ["set mtu 1420"], "repaired_at": 1_700_000_009}

AUDIT_FIELD = {"field": "mtu", "before": "1420", "after": "1380"}
AUDIT_CHANGE = {"action": "changed", "kind": "peer", "name": "office/laptop", "fields": [AUDIT_FIELD]}
AUDIT = {
    "sequence": 901, "time": 1_700_000_022, "actor_kind": "token", "actor": "panel", "uid": 998, "token_id": 5,
    "origin": "198.51.100.8", "method": "wgpilot.v1.Peers/Update", "target": "office/laptop", "result": "OK",
    "reason": "stale", "request_id": "a1", "count": 2, "changes": [AUDIT_CHANGE], "omitted_changes": 3,
    "previous_hash": "00" * 32, "hash": "ab" * 32,
}
LINK = {
    "id": 9, "network_id": 1, "peer_id": 7, "peer": "laptop", "created_by": "ann", "created_at": 1_700_000_000,
    "expires_at": 1_700_003_600,
}
TOKEN = {
    "id": 5, "name": "panel", "role": "operator", "created_by": "root", "created_at": 1_700_000_023,
    "expires_at": 1_700_000_024, "last_used_at": 1_700_000_025,
}
USER = {
    "id": 6, "name": "Anna", "role": "operator", "enabled": True, "email": "anna@example.org", "totp_enabled": True,
    "recovery_codes_left": 9, "sessions": 2, "created_at": 1_700_000_031, "updated_at": 1_700_000_032,
    "password_changed_at": 1_700_000_033, "last_login_at": 1_700_000_034,
}
SESSION = {
    "id": 12, "user_id": 6, "user": "Anna", "created_at": 1_700_000_035, "last_used_at": 1_700_000_036,
    "expires_at": 1_700_086_435, "idle_expires_at": 1_700_003_636, "client_address": "198.51.100.7",
    "user_agent": "Mozilla/5.0", "is_current": True,
}
SESSION_SECRET = "wgs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
CHALLENGE_SECRET = "wgc_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
PASSWORD = "correct horse battery staple"
GRANT = {"secret": SESSION_SECRET, "session": SESSION, "user": USER}
CHALLENGE = {"secret": CHALLENGE_SECRET, "expires_at": 1_700_000_335, "attempts_left": 5}
FLOW = {
    "source": "10.8.0.2", "source_port": 40000, "destination": "192.0.2.9", "destination_port": 443, "packets": 12,
    "bytes": 3456,
}
CONNECTION = {
    "id": 276142377, "protocol": "tcp", "state": "established", "original": FLOW,
    "reply": {
        "source": "192.0.2.9", "source_port": 443, "destination": "203.0.113.1", "destination_port": 40000,
        "packets": 10, "bytes": 23456,
    },
    "initiator_peer": "laptop", "responder_peer": "phone", "replied": True, "assured": True, "timeout": 3600,
    "started_at": 1_700_000_030, "mark": 7, "zone": 3, "icmp_type": 8, "icmp_code": 1, "icmp_id": 19289,
}
CONNECTION_TOTAL = {"name": "tcp", "count": 3, "sent": 3456, "received": 23456}
CONNECTION_SUMMARY = {
    "all": CONNECTION_TOTAL, "protocols": [CONNECTION_TOTAL], "destinations": [CONNECTION_TOTAL, CONNECTION_TOTAL],
    "shown": 2, "accounting": True, "accounting_note": "it was off", "peers": [CONNECTION_TOTAL],
}

FULL = {
    "Empty": {},
    # System.
    "SystemInfo": {
        "version": "0.1.0", "backend": "userspace", "backend_version": "0.0.20220316", "role": "operator",
        "networks": 2, "peers": 1000, "endpoint_host": "192.0.2.1", "endpoint_is_guess": True,
        "started_at": 1_700_000_010, "pending": ["wg0: the port is in use"], "foreign_interfaces": ["wg7"], "online": 120,
    },
    "HealthReply": {"status": "ok", "version": "0.1.0"},
    "ReconcileRequest": {"dry_run": True},
    "ReconcileReply": {"steps": ["create interface wg0"], "pending": ["wg1: busy"], "change": CHANGE},
    "DriftReply": {
        "checks": [CHECK], "findings": [FINDING], "repairs": [REPAIR], "foreign_interfaces": ["wg7", "wg8"],
        "settings_changed": ["net.ipv4.ip_forward was 0"],
    },
    "CheckMessage": CHECK,
    "FindingMessage": FINDING,
    "RepairMessage": REPAIR,
    "ResolveDriftRequest": {"network": "office", "item": "peer " + KEY, "action": "adopt", "options": OPTIONS},
    "ResolveDriftReply": {
        "steps": ["mtu becomes 1420"], "sync": SYNC, "done": "the network office has an MTU of 1420 now", "change": CHANGE,
    },
    "PendingChangeReply": {"description": "update network office", "confirm_by": 1_700_000_011, "sync": SYNC},
    "ChangeOptions": OPTIONS,
    "ChangeMessage": CHANGE,
    "SyncMessage": SYNC,
    # Networks.
    "ListNetworksReply": {"networks": [NETWORK, NETWORK]},
    "NetworkMessage": NETWORK,
    "NetworkReference": {"network": "office", "options": OPTIONS},
    "NetworkReply": {"network": NETWORK, "sync": SYNC, "change": CHANGE},
    "CreateNetworkRequest": {
        "name": "lab", "mode": "hub-routed", "subnet": "10.9.0.0/24", "subnet6": "random", "listen_port": 51821,
        "dns_servers": ["10.9.0.1"], "search_domains": ["lab.example", "example"], "mtu": 1400,
        "endpoint_host": "hub.example.org", "tunnel": "full", "custom_cidrs": ["10.10.0.0/16"], "enabled": True,
        "nat": True, "peers_may_talk": True, "drift_policy": "repair", "custody": "client", "options": OPTIONS,
        "bandwidth_up_kbps": 3_000, "bandwidth_down_kbps": 30_000,
    },
    "UpdateNetworkRequest": {
        "network": "3", "name": "branch", "mode": "site-to-site", "subnet": "10.11.0.0/24",
        "subnet6": "fd00:1::/64", "listen_port": 443, "dns_servers": ["8.8.8.8"], "search_domains": ["branch.example"],
        "mtu": 1300, "endpoint_host": "b.example.org", "tunnel": "split", "custom_cidrs": ["10.12.0.0/16"],
        "clear": ["mtu", "endpoint_host"], "nat": True, "peers_may_talk": True, "drift_policy": "report",
        "custody": "held", "options": OPTIONS, "bandwidth_up_kbps": 4_000, "bandwidth_down_kbps": 40_000,
    },
    "DeleteReply": {"sync": SYNC, "also_removed": ["access rule 11 of office/laptop: deny to any"], "change": CHANGE},
    "ImportNetworkRequest": {
        "name": "old", "interface": "wg5", "file": "[Interface]\nAddress = 10.13.0.1/24\n", "mode": "gateway",
        "endpoint_host": "old.example.org", "options": OPTIONS,
    },
    "ImportNetworkReply": {
        "network": NETWORK, "peers": ["ann", "bob"], "notes": ["PostUp is not taken over"], "sync": SYNC,
        "change": CHANGE,
    },
    "ExportNetworkReply": {"text": "[Interface]\nListenPort = 51820\n", "file_name": "office.conf"},
    # Bridges.
    "ListBridgesReply": {"bridges": [BRIDGE]},
    "BridgeMessage": BRIDGE,
    "BridgeReference": {"bridge": 4, "options": OPTIONS},
    "BridgeReply": {"bridge": BRIDGE, "sync": SYNC, "change": CHANGE},
    "CreateBridgeRequest": {
        "network_a": "office", "network_b": "2", "direction": "b_to_a", "allowed_cidrs": ["10.9.0.0/28"],
        "enabled": True, "options": OPTIONS,
    },
    "UpdateBridgeRequest": {
        "bridge": 4, "direction": "bidirectional", "allowed_cidrs": ["10.9.0.16/28"], "enabled": True,
        "options": OPTIONS,
    },
    # Rules.
    "ListRulesRequest": {"network": "office", "tag": "it", "peer": "office/laptop"},
    "ListRulesReply": {"rules": [RULE]},
    "RuleMessage": RULE,
    "RuleReference": {"rule": 11, "options": OPTIONS},
    "RuleReply": {"rule": RULE, "sync": SYNC, "change": CHANGE},
    "CreateRuleRequest": {
        "network": "office", "tag": "it", "peer": "office/laptop", "action": "allow", "destination": "10.9.0.2/32",
        "protocol": "udp", "ports": ["53"], "comment": "names", "enabled": True, "position": 1, "options": OPTIONS,
    },
    "UpdateRuleRequest": {
        "rule": 11, "action": "deny", "destination": "any", "protocol": "icmp", "ports": ["1-65535"],
        "comment": "nothing", "enabled": True, "position": 3, "options": OPTIONS,
    },
    "ReachRequest": {"source": "office/laptop", "destination": "10.9.0.2", "protocol": "tcp", "port": 443},
    "ReachReply": {"paths": [REACH], "notes": ["the peer is disabled"]},
    "ReachMessage": REACH,
    "RegenerateKeysRequest": {"network": "office", "peers": True, "options": OPTIONS},
    "RegenerateKeysReply": {
        "network": NETWORK, "rotated_peers": 248, "kept_peers": 2, "sync": SYNC, "change": CHANGE,
    },
    # Peers.
    "ListPeersRequest": {
        "network": "office", "cursor": "7 ann", "limit": 500, "filter": "ann", "stale": True, "sort": "name", "descending": True,
        "role": "client", "tag": "blue", "enabled": True, "online": False,
        "expiring_within": 86400},
    "ListPeersReply": {"peers": [PEER, PEER], "next_cursor": "9", "status_missing": "the interface is not there"},
    "PeerMessage": PEER,
    "PeerStatusMessage": PEER_STATUS,
    "PeerReference": {"network": "office", "peer": "laptop", "options": OPTIONS},
    "PeerReply": {
        "peer": PEER, "sync": SYNC, "configuration": PEER_CONFIG, "findings": [FINDING_OF_CONFIGURATION], "change": CHANGE,
    },
    "CreatePeerRequest": {
        "network": "office", "name": "depot", "email": "bob@example.org", "role": "site-gateway",
        "site_networks": ["192.168.8.0/24"], "address": "10.8.0.9", "public_key": KEY, "preshared_key": "none",
        "endpoint": "203.0.113.10:51820", "persistent_keepalive": 20, "hub_keepalive": 21, "tunnel": "split",
        "extra_cidrs": ["10.14.0.0/16"], "dns_servers": ["10.8.0.1"], "mtu": 1281, "notes": "north", "tags": ["site"],
        "enabled": True, "custody": "client", "search_domains": ["north.example"], "excluded_cidrs": ["10.16.0.0/16"],
        "expires_at": 1_800_000_001, "return_configuration": True, "options": OPTIONS,
        "bandwidth_up_kbps": 900, "bandwidth_down_kbps": 100_000_000,
    },
    "CreatePeersRequest": {
        "network": "office", "peers": [{"network": "", "name": "a"}, {"network": "", "name": "b", "mtu": 1300}],
        "options": OPTIONS},
    "PeersReply": {"peers": [PEER, PEER], "sync": SYNC, "change": CHANGE},
    "UpdatePeerRequest": {
        "network": "office", "peer": "depot", "name": "store", "email": "eve@example.org", "role": "client",
        "site_networks": ["192.168.9.0/24"], "address": "10.8.0.10", "preshared_key": "new",
        "endpoint": "203.0.113.11:51820", "persistent_keepalive": 22, "hub_keepalive": 23, "tunnel": "full",
        "extra_cidrs": ["10.15.0.0/16"], "dns_servers": ["10.8.0.2"], "mtu": 1282, "notes": "south", "tags": ["moved"],
        "clear": ["endpoint", "tunnel"], "custody": "once", "search_domains": ["south.example"],
        "excluded_cidrs": ["10.17.0.0/16"], "expires_at": 1_800_000_002, "options": OPTIONS,
        "bandwidth_up_kbps": 8, "bandwidth_down_kbps": 1_000_000,
    },
    "PeerConfigReply": PEER_CONFIG,
    "ConfigurationFindingMessage": FINDING_OF_CONFIGURATION,
    "RotateKeysRequest": {
        "network": "office", "peer": "laptop", "action": "rotate", "public_key": KEY, "preshared_key": "keep",
        "custody": "client", "overlap": 3600, "return_configuration": True, "options": OPTIONS,
    },
    # Connections.
    "ConnectionsRequest": {"network": "office", "peer": "laptop", "limit": 50},
    "ConnectionsEvent": {"summary": CONNECTION_SUMMARY, "connections": [CONNECTION]},
    "FlowMessage": FLOW,
    "ConnectionMessage": CONNECTION,
    "ConnectionTotalMessage": CONNECTION_TOTAL,
    "ConnectionSummaryMessage": CONNECTION_SUMMARY,
    "FlushConnectionsRequest": {"network": "office", "peer": "laptop", "dry_run": True},
    "FlushConnectionsReply": {"count": 4, "dry_run": True},
    # History.
    "PeerHistoryRequest": {
        "network": "office", "peer": "laptop", "range": "week", "from": 1_700_000_000, "to": 1_700_003_600,
        "granularity": "15min",
    },
    "NetworkHistoryRequest": {
        "network": "office", "range": "month", "from": 1_700_000_000, "to": 1_700_003_600, "granularity": "hour",
    },
    "HistoryPointMessage": HISTORY_POINT,
    "HistoryReply": {
        "from": 1_700_000_040, "to": 1_700_000_100, "granularity": "minute", "points": [HISTORY_POINT],
        "received": 5_000_000_000, "sent": 70_000, "sampled_at": 1_700_000_099,
    },
    "SessionsRequest": {
        "network": "office", "peer": "laptop", "from": 1_700_000_000, "before": 1_700_003_600, "limit": 20,
    },
    "SessionsReply": {"sessions": [PEER_SESSION], "next": 1_700_000_050},
    "PeerSessionMessage": PEER_SESSION,
    "SessionEndpointMessage": SESSION_ENDPOINT,
    "PurgeHistoryRequest": {"network": "office", "peer": "laptop", "dry_run": True},
    "PurgeHistoryReply": {"samples": 1440, "hourly_days": 31, "daily_groups": 12, "sessions": 99, "dry_run": True},
    "LinkStatisticsMessage": LINK_STATISTICS,
    # Watch.
    "WatchRequest": {"network": "office", "epoch": "3w5e11264sgsf", "after": 17},
    "WatchEvent": {
        "sequence": 18, "epoch": "3w5e11264sgsf", "kind": "change", "networks": [NETWORK], "peers": [PEER],
        "removed_networks": [4], "removed_peers": [8, 9], "statuses": [WATCH_STATUS], "lists": ["bridges", "rules"],
    },
    "WatchStatusMessage": WATCH_STATUS,
    # Audit.
    "ListAuditRequest": {
        "cursor": 900, "limit": 50, "since": 1_700_000_020, "until": 1_700_000_021, "actor": "ann",
        "method": "Peers/", "target": "office", "result": "failed", "text": "depot",
    },
    "ListAuditReply": {"entries": [AUDIT, AUDIT], "next_cursor": 850},
    "AuditEntryMessage": AUDIT,
    "AuditChangeMessage": AUDIT_CHANGE,
    "AuditFieldMessage": AUDIT_FIELD,
    "ExportAuditRequest": {"after": 500, "limit": 250},
    "ExportAuditReply": {"entries": [AUDIT], "next_after": 501},
    "VerifyAuditRequest": {"sequence": 501, "hash": "0f" * 32},
    "VerifyAuditReply": {
        "is_intact": True, "sequence": 502, "hash": "f0" * 32, "first_bad": 17,
        "problem": "the entry 17 is not what was written",
    },
    # Tokens.
    "ListTokensReply": {"tokens": [TOKEN, TOKEN]},
    "LinkMessage": LINK,
    "ListLinksReply": {"links": [LINK]},
    "CreateLinkRequest": {"network": "office", "peer": "laptop", "lifetime": 600},
    "CreateLinkReply": {"link": LINK, "secret": "wgl_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},
    "LinkReference": {"id": 9},
    "LinkReply": {"link": LINK},
    "RedeemLinkRequest": {"secret": "wgl_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},
    "TokenMessage": TOKEN,
    "CreateTokenRequest": {"name": "panel", "role": "operator", "expires_at": 1_700_000_030},
    "CreateTokenReply": {"token": TOKEN, "secret": "wgp_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},
    "TokenReference": {"token": "panel"},
    "TokenReply": {"token": TOKEN},
    # Web users.
    "SetupStateReply": {"setup_needed": True},
    "SetupRequest": {
        "code": "ABCD-EFGH-JKLM-2345", "name": "Anna", "password": PASSWORD, "user_agent": "Mozilla/5.0",
    },
    "LoginRequest": {"name": "Anna", "password": PASSWORD, "code": "123456", "user_agent": "Mozilla/5.0"},
    "ContinueLoginRequest": {"challenge": CHALLENGE_SECRET, "code": "ABCD-EFGH-JKLM-2345"},
    "LoginReply": {"session": GRANT, "challenge": CHALLENGE},
    "SessionGrant": GRANT,
    "LoginChallenge": CHALLENGE,
    "WhoAmIReply": {"kind": "session", "name": "Anna", "role": "operator", "user": USER, "session": SESSION},
    "ChangePasswordRequest": {
        "current_password": PASSWORD, "new_password": PASSWORD + "!", "user_agent": "Mozilla/5.0",
    },
    "OwnPasswordRequest": {"password": PASSWORD},
    "EnrolTOTPReply": {
        "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "uri": "otpauth://totp/WGPilot:Anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=WGPilot",
    },
    "ConfirmTOTPRequest": {"code": "123456"},
    "RecoveryCodesReply": {"codes": ["ABCD-EFGH-JKLM-2345", "2345-ABCD-EFGH-JKLM"], "user": USER},
    "UserMessage": USER,
    "ListUsersReply": {"users": [USER]},
    "UserReference": {"user": "Anna", "if_unchanged": 1_700_000_000},
    "UserReply": {"user": USER},
    "CreateUserRequest": {"name": "Anna", "role": "operator", "password": PASSWORD, "email": "anna@example.org"},
    "UpdateUserRequest": {"user": "Anna", "role": "admin", "enabled": False, "email": "a@example.org", "if_unchanged": 1_700_000_000},
    "SetPasswordRequest": {"user": "Anna", "password": PASSWORD, "reset_totp": True},
    "CreateSetupCodeRequest": {"lifetime": 600, "even_with_users": True},
    "SetupCodeReply": {"code": "ABCD-EFGH-JKLM-2345", "expires_at": 1_700_000_931},
    "SessionMessage": SESSION,
    "ListSessionsRequest": {"user": "Anna", "all": True},
    "ListSessionsReply": {"sessions": [SESSION]},
    "RevokeSessionsRequest": {"id": 12, "user": "Anna", "others": True},
}
