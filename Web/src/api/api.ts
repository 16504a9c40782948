import { ApiError } from "./ApiError";
import type { Query } from "./http";
import { json, send } from "./http";
import type {
  AuditEntry, AuditVerdict, Bridge, Connections, Doctor, DriftFinding, Finding, History, HistoryRange, Link, Login, Me, Network, NetworkChange, NetworkFields, Peer, PeerChange,
  PeerConfiguration, PeerFields, PeerSession, PendingChange, Reach, RedeemedLink, Role, Rule, Session, Status, Sync, Token, User,
} from "./types";
import type { WireNetwork, WirePeer } from "./wire";
import { readNetwork, readPeer } from "./wire";
import { fileName } from "../lib/configFile";

/** What a change answers beside the object. */
interface WireChange {
  readonly sync?: Sync;
  readonly findings?: readonly Finding[];
  readonly configuration?: string;
  readonly file_name?: string;
  readonly change?: { readonly plan?: readonly string[] };
}

export interface Tagged<T> {
  readonly value: T;
  /** What an edit says it is based on. */
  readonly tag: string;
}

const LIVE: Sync = { pending: false };

function peerChange(wire: WirePeer & WireChange): PeerChange {
  const { sync, findings, configuration, file_name, change: _, ...peer } = wire;
  return {
    peer: readPeer(peer),
    sync: sync ?? LIVE,
    findings: findings ?? [],
    configuration: configuration === undefined ? undefined : { text: configuration, fileName: file_name ?? fileName(wire.name) },
  };
}

function networkChange(wire: WireNetwork & WireChange): NetworkChange {
  const { sync, change, ...network } = wire;
  return { network: readNetwork(network), sync: sync ?? LIVE, plan: change?.plan };
}

const peerPath = (network: number, peer: number) => `/api/networks/${network}/peers/${peer}`;

async function tagged<T extends { readonly updated_at: number }>(path: string): Promise<Tagged<T>> {
  const { body, etag } = await json<T>("GET", path);
  // Where something on the way has taken the field: what it says. Never `*`, by which an edit overwrites another's.
  return { value: body, tag: etag ?? `"v${body.updated_at}"` };
}

async function get<T>(path: string, query?: Query): Promise<T> {
  return (await json<T>("GET", path, query === undefined ? {} : { query })).body;
}

async function post<T>(path: string, body?: unknown, query?: Query): Promise<T> {
  // What takes no body is refused with one, even an empty one.
  return (await json<T>("POST", path, { body, ...(query === undefined ? {} : { query }) })).body;
}

async function patch<T>(path: string, body: unknown, tag: string, query?: Query): Promise<T> {
  return (await json<T>("PATCH", path, { body, ifMatch: tag, ...(query === undefined ? {} : { query }) })).body;
}

async function remove<T>(path: string, query?: Query): Promise<T> {
  return (await json<T>("DELETE", path, query === undefined ? {} : { query })).body;
}

/** The name in a `Content-Disposition` (RFC 6266): `filename*` where it is there. */
export function attachmentName(header: string | null): string | undefined {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header ?? "")?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Not what the standard says: the plain one will do.
    }
  }
  return /filename="((?:[^"\\]|\\.)*)"/i.exec(header ?? "")?.[1]?.replace(/\\(.)/g, "$1");
}

async function attachment(path: string, fallback: string): Promise<PeerConfiguration> {
  const response = await send("GET", path, { accept: "text/plain" });
  return { text: await response.text(), fileName: attachmentName(response.headers.get("content-disposition")) ?? fallback };
}

/** How a change of a network is made. */
export interface ChangeOptions {
  readonly dryRun?: boolean;
  /** Seconds after which it is undone unless it is confirmed. */
  readonly confirmWithin?: number;
}

function changeQuery(options: ChangeOptions): Query {
  return { dry_run: options.dryRun === true ? true : undefined, confirm_within: options.confirmWithin };
}

/** Every call of the HTTP API that the page makes; docs/api.md has the paths. */
export const api = {
  // Who is there.
  me: () => get<Me>("/api/auth/me"),
  setupState: () => get<{ setup_needed: boolean }>("/api/auth/setup"),
  setup: (code: string, name: string, password: string) => post<Login>("/api/auth/setup", { code, name, password }),
  login: (name: string, password: string) => post<Login>("/api/auth/login", { name, password }),
  continueLogin: (challenge: string, code: string) => post<Login>("/api/auth/login/continue", { challenge, code }),
  logout: () => send("POST", "/api/auth/logout").then(() => undefined),
  changePassword: (current_password: string, new_password: string) => post<Login>("/api/auth/password", { current_password, new_password }),
  enrolTOTP: (password: string) => post<{ secret: string; uri: string }>("/api/auth/totp", { password }),
  confirmTOTP: (code: string) => post<{ recovery_codes: readonly string[]; user: User }>("/api/auth/totp/confirm", { code }),
  disableTOTP: (password: string) => post<User>("/api/auth/totp/disable", { password }),
  recoveryCodes: (password: string) => post<{ recovery_codes: readonly string[]; user: User }>("/api/auth/recovery-codes", { password }),
  sessions: (all: boolean) => get<{ sessions: readonly Session[] }>("/api/sessions", all ? { all: true } : {}).then((answer) => answer.sessions),
  endSession: (id: number) => remove<unknown>(`/api/sessions/${id}`),
  endOtherSessions: () => remove<unknown>("/api/sessions", { others: true }),

  // Networks.
  networks: () => get<{ networks: readonly WireNetwork[] }>("/api/networks").then((answer) => answer.networks.map(readNetwork)),
  network: (id: number): Promise<Tagged<Network>> => tagged<WireNetwork>(`/api/networks/${id}`).then(({ value, tag }) => ({ value: readNetwork(value), tag })),
  createNetwork: async (fields: NetworkFields, key: string) =>
    networkChange((await json<WireNetwork & WireChange>("POST", "/api/networks", { body: fields, idempotencyKey: key })).body),
  updateNetwork: async (id: number, fields: NetworkFields, tag: string, options: ChangeOptions = {}) =>
    networkChange(await patch<WireNetwork & WireChange>(`/api/networks/${id}`, fields, tag, changeQuery(options))),
  setNetworkEnabled: async (id: number, enabled: boolean) => networkChange(await post<WireNetwork & WireChange>(`/api/networks/${id}/${enabled ? "enable" : "disable"}`)),
  deleteNetwork: (id: number) => remove<unknown>(`/api/networks/${id}`),
  regenerateKeys: (id: number) => post<unknown>(`/api/networks/${id}/regenerate-keys`, { peers: false }),
  importNetwork: async (fields: { name: string; interface?: string; file?: string; endpoint_host?: string }, dryRun: boolean) => {
    const { network, peers, notes, sync, change } = await post<WireChange & { network: WireNetwork; peers: readonly string[]; notes: readonly string[] }>("/api/networks/import", fields, dryRun ? { dry_run: true } : {});
    return { network: readNetwork(network), peers, notes, sync: sync ?? LIVE, plan: change?.plan ?? [] };
  },
  exportNetwork: (id: number) => attachment(`/api/networks/${id}/export`, "network.conf"),

  // Peers.
  peersPage: (network: number, cursor: string | undefined) =>
    get<{ peers: readonly WirePeer[]; next_cursor?: string }>(`/api/networks/${network}/peers`, { limit: 2000, cursor })
      .then(({ peers, next_cursor }) => ({ peers: peers.map(readPeer), next: next_cursor })),
  peer: (network: number, id: number): Promise<Tagged<Peer>> => tagged<WirePeer>(peerPath(network, id)).then(({ value, tag }) => ({ value: readPeer(value), tag })),
  createPeer: async (network: number, fields: PeerFields, key: string) =>
    peerChange((await json<WirePeer & WireChange>("POST", `/api/networks/${network}/peers`, { body: fields, idempotencyKey: key })).body),
  updatePeer: async (network: number, id: number, fields: PeerFields, tag: string) => peerChange(await patch<WirePeer & WireChange>(peerPath(network, id), fields, tag)),
  /** A change of fields that nobody looked at long before: based on the peer as it is right now. */
  adjustPeer: async (network: number, id: number, change: (peer: Peer) => PeerFields) => {
    const { value, tag } = await api.peer(network, id);
    return api.updatePeer(network, id, change(value), tag);
  },
  setPeerEnabled: async (peer: Peer, enabled: boolean) => peerChange(await post<WirePeer & WireChange>(`${peerPath(peer.network_id, peer.id)}/${enabled ? "enable" : "disable"}`)).peer,
  deletePeer: (peer: Peer) => remove<unknown>(peerPath(peer.network_id, peer.id)),
  batch: (network: number, action: "enable" | "disable" | "delete", peers: readonly number[]) =>
    post<{ results: readonly { peer: number; ok: boolean; error?: { message: string } }[] }>(`/api/networks/${network}/peers/batch`, { action, peers }).then((answer) => answer.results),
  rotatePeer: async (peer: Peer, request: { action: "rotate" | "activate" | "cancel"; public_key?: string; overlap?: number; return_configuration?: boolean }) =>
    peerChange(await post<WirePeer & WireChange>(`${peerPath(peer.network_id, peer.id)}/rotate`, request)),
  peerConfig: async (peer: Peer): Promise<PeerConfiguration & { findings: readonly Finding[] }> => {
    const { configuration, file_name, findings } = await get<{ configuration: string; file_name: string; findings: readonly Finding[] }>(`${peerPath(peer.network_id, peer.id)}/configuration`);
    return { text: configuration, fileName: file_name, findings };
  },
  peerHistory: (network: number, id: number, range: HistoryRange) => get<History>(`${peerPath(network, id)}/history`, { range }),
  peerSessions: (network: number, id: number) => get<{ sessions: readonly PeerSession[] }>(`${peerPath(network, id)}/sessions`).then((answer) => answer.sessions),
  peerConnections: (network: number, id: number) => get<Connections>(`${peerPath(network, id)}/connections`, { limit: 500 }),
  flushConnections: (network: number, id: number) => post<{ count: number }>(`${peerPath(network, id)}/connections/flush`).then((answer) => answer.count),

  // Links.
  links: (network: number) => get<{ links: readonly Link[] }>(`/api/networks/${network}/links`).then((answer) => answer.links),
  createLink: async (network: number, peer: number, lifetime: number) => {
    const { secret } = await post<Link & { secret?: string }>(`${peerPath(network, peer)}/links`, { lifetime });
    if (secret === undefined) throw new ApiError(0, "no_secret", "");
    return secret;
  },
  revokeLink: (id: number) => remove<unknown>(`/api/links/${id}`),
  redeemLink: (secret: string) => post<RedeemedLink>("/api/links/redeem", { secret }),

  // Bridges and rules.
  bridges: () => get<{ bridges: readonly Bridge[] }>("/api/bridges").then((answer) => answer.bridges),
  createBridge: (fields: Partial<Bridge>) => post<Bridge & WireChange>("/api/bridges", fields),
  updateBridge: async (id: number, fields: Partial<Bridge>) => patch<Bridge & WireChange>(`/api/bridges/${id}`, fields, (await tagged<Bridge>(`/api/bridges/${id}`)).tag),
  deleteBridge: (id: number) => remove<unknown>(`/api/bridges/${id}`),
  rules: (query: { network?: string; tag?: string; peer?: string } = {}) => get<{ rules: readonly Rule[] }>("/api/rules", query).then((answer) => answer.rules),
  rule: (id: number) => tagged<Rule>(`/api/rules/${id}`),
  createRule: (fields: Partial<Rule>) => post<Rule & WireChange>("/api/rules", fields),
  updateRule: async (id: number, fields: Partial<Rule>) => patch<Rule & WireChange>(`/api/rules/${id}`, fields, (await tagged<Rule>(`/api/rules/${id}`)).tag),
  deleteRule: (id: number) => remove<unknown>(`/api/rules/${id}`),
  reach: (query: { source: string; destination: string; protocol?: string; port?: string }) => get<Reach>("/api/reach", query),

  // The hub.
  status: () => get<Status>("/api/status"),
  doctor: () => get<Doctor>("/api/doctor"),
  reconcile: () => post<{ steps: readonly string[]; pending: readonly string[] }>("/api/reconcile"),
  resolveDrift: (finding: DriftFinding, action: "adopt" | "restore" | "ignore" | "heed") => post<unknown>("/api/drift/resolve", { network: finding.network, item: finding.item, action }),
  pendingChange: () => get<PendingChange>("/api/pending-change"),
  settlePending: (action: "confirm" | "undo") => post<PendingChange>(`/api/pending-change/${action}`),
  audit: (query: Query) => get<{ entries: readonly AuditEntry[]; next_cursor?: number }>("/api/audit", query),
  verifyAudit: () => get<AuditVerdict>("/api/audit/verify"),

  // People and programs.
  users: () => get<{ users: readonly User[] }>("/api/users").then((answer) => answer.users),
  createUser: (fields: { name: string; role: Role; password: string; email?: string }) => post<User>("/api/users", fields),
  updateUser: async (id: number, fields: { role?: Role; enabled?: boolean; email?: string }) => patch<User>(`/api/users/${id}`, fields, (await tagged<User>(`/api/users/${id}`)).tag),
  deleteUser: (id: number) => remove<unknown>(`/api/users/${id}`),
  setUserPassword: (id: number, password: string, reset_totp: boolean) => post<User>(`/api/users/${id}/password`, { password, reset_totp }),
  resetTOTP: (id: number) => post<User>(`/api/users/${id}/reset-totp`),
  tokens: () => get<{ tokens: readonly Token[] }>("/api/tokens").then((answer) => answer.tokens),
  createToken: (fields: { name: string; role: Role; expires_at?: number }) => post<Token & { secret?: string }>("/api/tokens", fields),
  revokeToken: (id: number) => remove<unknown>(`/api/tokens/${id}`),
};
