/** What the HTTP API says; docs/api.md explains the fields. Times are seconds since 1970, 0 for never. */

export type PeerRole = "client" | "site-gateway";
export type Custody = "held" | "once" | "client";
export type Tunnel = "full" | "split";
export type Role = "viewer" | "operator" | "admin";

export interface Peer {
  readonly id: number;
  readonly network_id: number;
  readonly name: string;
  readonly email: string;
  readonly public_key: string;
  readonly allowed_ips: string;
  readonly endpoint: string;
  readonly persistent_keepalive: number;
  readonly role: PeerRole;
  readonly site_networks: string;
  readonly enabled: boolean;
  readonly online: boolean;
  readonly last_handshake: number;
  readonly transfer_rx: number;
  readonly transfer_tx: number;
  readonly created_at: number;
  readonly updated_at: number;
  // What the hub knows beyond the specification's fields.
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
  readonly notes: string;
  readonly custody: Custody;
  readonly has_preshared_key: boolean;
  readonly hub_keepalive: number;
  readonly kernel_keepalive?: number | undefined;
  readonly tunnel?: Tunnel | undefined;
  readonly extra_cidrs: readonly string[];
  readonly excluded_cidrs: readonly string[];
  readonly dns_servers?: readonly string[] | undefined;
  readonly search_domains?: readonly string[] | undefined;
  readonly mtu?: number | undefined;
  readonly expires_at?: number | undefined;
  readonly disabled_reason?: string | undefined;
  readonly last_endpoint?: string | undefined;
  readonly pending_public_key?: string | undefined;
  readonly keys_change_at?: number | undefined;
  readonly config_fetched_at?: number | undefined;
  readonly config_stale?: boolean | undefined;
  /** Its own limits, 0 for none; absent is as the network has it. */
  readonly bandwidth_up_kbps?: number | undefined;
  readonly bandwidth_down_kbps?: number | undefined;
}

/** What a form sends of a peer. Absent fields keep their default or stay; null sets one back. */
export interface PeerFields {
  name?: string;
  email?: string;
  role?: PeerRole;
  site_networks?: string;
  address?: string;
  public_key?: string;
  preshared_key?: string;
  endpoint?: string | null;
  persistent_keepalive?: number;
  hub_keepalive?: number;
  tunnel?: Tunnel | null;
  extra_cidrs?: readonly string[];
  excluded_cidrs?: readonly string[];
  dns_servers?: readonly string[] | null;
  search_domains?: readonly string[] | null;
  mtu?: number | null;
  notes?: string;
  tags?: readonly string[];
  enabled?: boolean;
  custody?: Custody;
  expires_at?: number | null;
  bandwidth_up_kbps?: number | null;
  bandwidth_down_kbps?: number | null;
  return_configuration?: boolean;
}

export interface Finding {
  readonly code: string;
  readonly message: string;
}

export type Login = { readonly user: User; readonly session: Session } | { readonly challenge: Challenge };

/** A login that waits for the second factor. */
export interface Challenge {
  readonly secret: string;
  readonly expires_at: number;
  readonly attempts_left: number;
}

/** The configuration behind a one-time link. */
export interface RedeemedLink {
  readonly configuration: string;
  readonly file_name: string;
  readonly findings: readonly Finding[];
}

/** What came of a change to a peer. */
export interface PeerChange {
  readonly peer: Peer;
  readonly findings: readonly Finding[];
  readonly configuration?: PeerConfiguration | undefined;
  readonly sync: Sync;
}

export interface PeerConfiguration {
  readonly text: string;
  readonly fileName: string;
}

/** Whether a change is live: where it is not, the daemon keeps trying. */
export interface Sync {
  readonly pending: boolean;
  readonly reason?: string | undefined;
}

export type NetworkMode = "gateway" | "site-to-site" | "hub-routed";

export interface Network {
  readonly id: number;
  readonly name: string;
  readonly interface: string;
  readonly mode: NetworkMode;
  readonly subnet: string;
  readonly subnet6?: string | undefined;
  readonly listen_port: number;
  readonly public_key: string;
  readonly addresses: readonly string[];
  readonly dns_servers: readonly string[];
  readonly search_domains: readonly string[];
  readonly mtu?: number | undefined;
  readonly link_mtu?: number | undefined;
  readonly endpoint_host?: string | undefined;
  readonly tunnel: Tunnel;
  readonly custom_cidrs: readonly string[];
  readonly nat?: boolean | undefined;
  readonly peers_may_talk?: boolean | undefined;
  readonly drift_policy?: "repair" | "report" | undefined;
  readonly custody?: Custody | undefined;
  /** For each peer that has no limit of its own; absent for none. */
  readonly bandwidth_up_kbps?: number | undefined;
  readonly bandwidth_down_kbps?: number | undefined;
  readonly enabled: boolean;
  readonly up?: boolean | undefined;
  readonly peers: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface NetworkFields {
  name?: string;
  mode?: NetworkMode;
  subnet?: string;
  subnet6?: string | null;
  listen_port?: number;
  dns_servers?: readonly string[];
  search_domains?: readonly string[];
  mtu?: number | null;
  endpoint_host?: string | null;
  tunnel?: Tunnel;
  custom_cidrs?: readonly string[];
  nat?: boolean;
  peers_may_talk?: boolean;
  drift_policy?: "repair" | "report";
  custody?: Custody;
  bandwidth_up_kbps?: number;
  bandwidth_down_kbps?: number;
  enabled?: boolean;
}

export interface NetworkChange {
  readonly network: Network;
  readonly sync: Sync;
  readonly plan?: readonly string[] | undefined;
}

export interface Bridge {
  readonly id: number;
  readonly network_a: string;
  readonly network_b: string;
  readonly direction: "a_to_b" | "b_to_a" | "bidirectional";
  readonly allowed_cidrs: readonly string[];
  readonly enabled: boolean;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface Rule {
  readonly id: number;
  readonly network?: string | undefined;
  readonly tag?: string | undefined;
  readonly peer?: string | undefined;
  readonly position: number;
  readonly action: "allow" | "deny";
  readonly destination: string;
  readonly protocol: "any" | "tcp" | "udp" | "icmp";
  readonly ports: readonly string[];
  readonly comment: string;
  readonly enabled: boolean;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ReachPath {
  readonly source: string;
  readonly destination: string;
  readonly allowed: boolean;
  readonly reason: string;
  readonly rule?: number | undefined;
  readonly bridge?: number | undefined;
}

export interface Reach {
  readonly paths: readonly ReachPath[];
  readonly notes: readonly string[];
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  readonly email?: string | undefined;
  readonly totp_enabled: boolean;
  readonly recovery_codes_left: number;
  readonly sessions: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly password_changed_at: number;
  readonly last_login_at?: number | undefined;
}

export interface Session {
  readonly id: number;
  readonly user_id: number;
  readonly user: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly expires_at: number;
  readonly idle_expires_at: number;
  readonly client_address: string;
  readonly user_agent: string;
  readonly current: boolean;
}

export interface Me {
  readonly kind: string;
  readonly name: string;
  readonly role: Role;
  readonly user?: User | undefined;
}

export interface Token {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at?: number | undefined;
  readonly last_used_at?: number | undefined;
}

export interface AuditChange {
  readonly action: "created" | "changed" | "deleted";
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly { readonly field: string; readonly before?: string; readonly after?: string }[];
}

export interface AuditEntry {
  readonly sequence: number;
  readonly time: number;
  readonly actor_kind: string;
  readonly actor: string;
  readonly origin: string;
  readonly method: string;
  readonly target: string;
  readonly result: string;
  readonly reason: string;
  readonly request_id: string;
  readonly count: number;
  readonly changes: readonly AuditChange[];
  readonly omitted_changes: number;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly intact: boolean;
  readonly sequence: number;
  readonly hash: string;
  readonly first_bad?: number | undefined;
  readonly problem?: string | undefined;
}

export interface Status {
  readonly version: string;
  readonly backend: string;
  readonly backend_version: string;
  readonly endpoint_host?: string | undefined;
  readonly endpoint_is_guess: boolean;
  readonly started_at: number;
  readonly peers: number;
  readonly pending: readonly string[];
  readonly foreign_interfaces: readonly string[];
}

export interface DriftFinding {
  readonly network: string;
  readonly item: string;
  readonly message: string;
  readonly can_adopt: boolean;
  readonly found_at: number;
  readonly ignored: boolean;
}

export interface Doctor {
  readonly checks: readonly { readonly name: string; readonly result: "ok" | "warning" | "fault"; readonly message: string }[];
  readonly findings: readonly DriftFinding[];
  readonly repairs: readonly { readonly place: string; readonly steps: readonly string[]; readonly repaired_at: number }[];
  readonly foreign_interfaces: readonly string[];
  readonly settings_changed: readonly string[];
}

export interface Flow {
  readonly source: string;
  readonly source_port?: number | undefined;
  readonly destination: string;
  readonly destination_port?: number | undefined;
  readonly bytes?: number | undefined;
}

export interface Connection {
  readonly id: number;
  readonly protocol: string;
  readonly state?: string | undefined;
  readonly original: Flow;
  readonly reply: Flow;
  readonly initiator_peer?: string | undefined;
  readonly responder_peer?: string | undefined;
  readonly replied: boolean;
  readonly timeout?: number | undefined;
  readonly started_at?: number | undefined;
}

export interface Connections {
  readonly summary: {
    readonly connections: number;
    readonly sent: number;
    readonly received: number;
    readonly shown: number;
    readonly accounting: boolean;
    readonly accounting_note?: string | undefined;
  };
  readonly connections: readonly Connection[];
}

export type HistoryRange = "day" | "week" | "month" | "year";

export interface History {
  readonly from: number;
  readonly to: number;
  readonly received: number;
  readonly sent: number;
  /** One after another from `from` to `to`; of one with `watched` 0 nobody knows what flowed. */
  readonly points: readonly { readonly start: number; readonly received: number; readonly sent: number; readonly watched: number }[];
}

/** A time during which a peer was online without a break. */
export interface PeerSession {
  readonly started_at: number;
  readonly ended_at?: number | undefined;
  readonly last_seen_at: number;
  readonly received: number;
  readonly sent: number;
  readonly endpoints: readonly { readonly at: number; readonly endpoint: string }[];
}

export interface PendingChange {
  readonly description?: string | undefined;
  readonly confirm_by?: number | undefined;
}

export interface Link {
  readonly id: number;
  readonly peer_id: number;
  readonly peer: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}
