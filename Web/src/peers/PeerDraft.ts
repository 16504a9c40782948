import type { Custody, Network, Peer, PeerFields, PeerRole, Tunnel } from "../api/types";
import { parseList, same } from "../lib/lists";
import { fromLocalTime, toLocalTime } from "../lib/localTime";

/** A peer as a form holds it: what was typed, as text. */
export interface PeerDraft {
  readonly name: string;
  readonly email: string;
  readonly role: PeerRole;
  readonly site_networks: string;
  readonly persistent_keepalive: string;
  readonly custody: Custody;
  readonly public_key: string;
  readonly address: string;
  readonly endpoint: string;
  readonly hub_keepalive: string;
  readonly tunnel: Tunnel | "";
  readonly extra_cidrs: string;
  readonly excluded_cidrs: string;
  readonly dns_servers: string;
  readonly search_domains: string;
  readonly mtu: string;
  readonly expires_at: string;
  readonly bandwidth_up_kbps: string;
  readonly bandwidth_down_kbps: string;
  readonly tags: string;
  readonly notes: string;
  readonly preshared: boolean;
  readonly enabled: boolean;
}

export function emptyDraft(network: Network): PeerDraft {
  return {
    name: "", email: "", role: "client", site_networks: "", persistent_keepalive: "25", custody: network.custody ?? "held", public_key: "", address: "", endpoint: "",
    hub_keepalive: "", tunnel: "", extra_cidrs: "", excluded_cidrs: "", dns_servers: "", search_domains: "", mtu: "", expires_at: "", bandwidth_up_kbps: "",
    bandwidth_down_kbps: "", tags: "", notes: "", preshared: true, enabled: true,
  };
}

const some = (value: number | undefined) => (value === undefined || value === 0 ? "" : String(value));

export function draftOf(peer: Peer): PeerDraft {
  return {
    name: peer.name,
    email: peer.email,
    role: peer.role,
    site_networks: peer.site_networks.split(",").filter(Boolean).join("\n"),
    persistent_keepalive: String(peer.persistent_keepalive),
    custody: peer.custody,
    public_key: peer.public_key,
    address: peer.addresses[0] ?? "",
    endpoint: "",
    hub_keepalive: some(peer.hub_keepalive),
    tunnel: peer.tunnel ?? "",
    extra_cidrs: peer.extra_cidrs.join(", "),
    excluded_cidrs: peer.excluded_cidrs.join(", "),
    dns_servers: (peer.dns_servers ?? []).join(", "),
    search_domains: (peer.search_domains ?? []).join(", "),
    mtu: some(peer.mtu),
    expires_at: peer.expires_at === undefined ? "" : toLocalTime(peer.expires_at),
    bandwidth_up_kbps: peer.bandwidth_up_kbps === undefined ? "" : String(peer.bandwidth_up_kbps),
    bandwidth_down_kbps: peer.bandwidth_down_kbps === undefined ? "" : String(peer.bandwidth_down_kbps),
    tags: peer.tags.join(", "),
    notes: peer.notes,
    preshared: peer.has_preshared_key,
    enabled: peer.enabled,
  };
}

/** A number as it was typed; what is none is sent as it is, so that the hub names the field. */
function number(text: string): number {
  const value = Number(text.trim());
  return (Number.isFinite(value) ? value : text) as number;
}

/** What to send of a new peer: only what was filled in, the rest takes its default. */
export function newFields(draft: PeerDraft, network: Network): PeerFields {
  const fields: PeerFields = { name: draft.name.trim(), role: draft.role, persistent_keepalive: number(draft.persistent_keepalive || "0") };
  if (draft.email.trim() !== "") fields.email = draft.email.trim();
  if (draft.site_networks.trim() !== "") fields.site_networks = parseList(draft.site_networks).join(",");
  if (draft.custody !== (network.custody ?? "held")) fields.custody = draft.custody;
  if (draft.custody === "once") fields.return_configuration = true;
  if (draft.custody === "client" && draft.public_key.trim() !== "") fields.public_key = draft.public_key.trim();
  if (draft.address.trim() !== "") fields.address = draft.address.trim();
  if (draft.endpoint.trim() !== "") fields.endpoint = draft.endpoint.trim();
  if (draft.hub_keepalive.trim() !== "") fields.hub_keepalive = number(draft.hub_keepalive);
  if (draft.tunnel !== "") fields.tunnel = draft.tunnel;
  if (draft.extra_cidrs.trim() !== "") fields.extra_cidrs = parseList(draft.extra_cidrs);
  if (draft.excluded_cidrs.trim() !== "") fields.excluded_cidrs = parseList(draft.excluded_cidrs);
  if (draft.dns_servers.trim() !== "") fields.dns_servers = parseList(draft.dns_servers);
  if (draft.search_domains.trim() !== "") fields.search_domains = parseList(draft.search_domains);
  if (draft.mtu.trim() !== "") fields.mtu = number(draft.mtu);
  if (draft.expires_at !== "") fields.expires_at = fromLocalTime(draft.expires_at);
  if (draft.bandwidth_up_kbps.trim() !== "") fields.bandwidth_up_kbps = number(draft.bandwidth_up_kbps);
  if (draft.bandwidth_down_kbps.trim() !== "") fields.bandwidth_down_kbps = number(draft.bandwidth_down_kbps);
  if (draft.tags.trim() !== "") fields.tags = parseList(draft.tags);
  if (draft.notes.trim() !== "") fields.notes = draft.notes;
  if (!draft.preshared) fields.preshared_key = "none";
  if (!draft.enabled) fields.enabled = false;
  return fields;
}

/** What to send of a peer that was changed: only what differs from what the form began with. */
export function changedFields(peer: Peer, draft: PeerDraft): PeerFields {
  const before = draftOf(peer);
  const fields: PeerFields = {};
  const differs = (name: keyof PeerDraft) => before[name] !== draft[name];
  const list = (name: "extra_cidrs" | "excluded_cidrs" | "tags") => {
    const value = parseList(draft[name]);
    if (!same(value, peer[name])) fields[name] = value;
  };
  const inherited = (name: "dns_servers" | "search_domains") => {
    const value = parseList(draft[name]);
    if (!same(value, peer[name] ?? [])) fields[name] = value.length === 0 ? null : value;
  };
  if (differs("name")) fields.name = draft.name.trim();
  if (differs("email")) fields.email = draft.email.trim();
  if (differs("role")) fields.role = draft.role;
  const sites = parseList(draft.site_networks).join(",");
  if (sites !== peer.site_networks) fields.site_networks = sites;
  if (differs("persistent_keepalive")) fields.persistent_keepalive = number(draft.persistent_keepalive || "0");
  if (differs("address")) fields.address = draft.address.trim();
  if (draft.endpoint.trim() !== "") fields.endpoint = draft.endpoint.trim();
  if (differs("hub_keepalive")) fields.hub_keepalive = number(draft.hub_keepalive || "0");
  if (differs("tunnel")) fields.tunnel = draft.tunnel === "" ? null : draft.tunnel;
  list("extra_cidrs");
  list("excluded_cidrs");
  inherited("dns_servers");
  inherited("search_domains");
  if (differs("mtu")) fields.mtu = draft.mtu.trim() === "" ? null : number(draft.mtu);
  if (differs("expires_at")) fields.expires_at = draft.expires_at === "" ? null : fromLocalTime(draft.expires_at);
  for (const name of ["bandwidth_up_kbps", "bandwidth_down_kbps"] as const) {
    if (differs(name)) fields[name] = draft[name].trim() === "" ? null : number(draft[name]);
  }
  list("tags");
  if (differs("notes")) fields.notes = draft.notes;
  return fields;
}

/** A form whose peer was changed meanwhile: what was typed stays, what was not touched is as it is now. */
export function merged(before: Peer, now: Peer, typed: PeerDraft): PeerDraft {
  const old = draftOf(before);
  return { ...draftOf(now), ...Object.fromEntries(Object.entries(typed).filter(([name, value]) => old[name as keyof PeerDraft] !== value)) };
}
