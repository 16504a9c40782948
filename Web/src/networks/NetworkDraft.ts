import type { Custody, Network, NetworkFields, NetworkMode, Tunnel } from "../api/types";
import { parseList, same } from "../lib/lists";

/** A network as a form holds it: what was typed, as text. */
export interface NetworkDraft {
  readonly name: string;
  readonly mode: NetworkMode;
  readonly subnet: string;
  readonly subnet6: string;
  readonly listen_port: string;
  readonly dns_servers: string;
  readonly search_domains: string;
  readonly mtu: string;
  readonly endpoint_host: string;
  readonly tunnel: Tunnel;
  readonly custom_cidrs: string;
  readonly nat: "" | "yes" | "no";
  readonly peers_may_talk: "" | "yes" | "no";
  readonly drift_policy: "repair" | "report";
  readonly custody: Custody;
  readonly bandwidth_up_kbps: string;
  readonly bandwidth_down_kbps: string;
  readonly enabled: boolean;
}

export const emptyNetwork: NetworkDraft = {
  name: "", mode: "gateway", subnet: "10.8.0.0/24", subnet6: "", listen_port: "", dns_servers: "", search_domains: "", mtu: "", endpoint_host: "", tunnel: "full", custom_cidrs: "",
  nat: "", peers_may_talk: "", drift_policy: "repair", custody: "held", bandwidth_up_kbps: "", bandwidth_down_kbps: "", enabled: true,
};

export function networkDraft(network: Network): NetworkDraft {
  const choice = (value: boolean | undefined) => (value === undefined ? "" : value ? "yes" : "no");
  return {
    name: network.name,
    mode: network.mode,
    subnet: network.subnet,
    subnet6: network.subnet6 ?? "",
    listen_port: String(network.listen_port),
    dns_servers: network.dns_servers.join(", "),
    search_domains: network.search_domains.join(", "),
    mtu: network.mtu === undefined ? "" : String(network.mtu),
    endpoint_host: network.endpoint_host ?? "",
    tunnel: network.tunnel,
    custom_cidrs: network.custom_cidrs.join(", "),
    nat: choice(network.nat),
    peers_may_talk: choice(network.peers_may_talk),
    drift_policy: network.drift_policy ?? "repair",
    custody: network.custody ?? "held",
    bandwidth_up_kbps: network.bandwidth_up_kbps === undefined ? "" : String(network.bandwidth_up_kbps),
    bandwidth_down_kbps: network.bandwidth_down_kbps === undefined ? "" : String(network.bandwidth_down_kbps),
    enabled: network.enabled,
  };
}

function number(text: string): number {
  const value = Number(text.trim());
  return (Number.isFinite(value) ? value : text) as number;
}

export function newNetworkFields(draft: NetworkDraft): NetworkFields {
  const fields: NetworkFields = { name: draft.name.trim(), mode: draft.mode, subnet: draft.subnet.trim() };
  if (draft.subnet6.trim() !== "") fields.subnet6 = draft.subnet6.trim();
  if (draft.listen_port.trim() !== "") fields.listen_port = number(draft.listen_port);
  if (draft.dns_servers.trim() !== "") fields.dns_servers = parseList(draft.dns_servers);
  if (draft.search_domains.trim() !== "") fields.search_domains = parseList(draft.search_domains);
  if (draft.mtu.trim() !== "") fields.mtu = number(draft.mtu);
  if (draft.endpoint_host.trim() !== "") fields.endpoint_host = draft.endpoint_host.trim();
  if (draft.mode === "gateway") fields.tunnel = draft.tunnel;
  if (draft.custom_cidrs.trim() !== "") fields.custom_cidrs = parseList(draft.custom_cidrs);
  if (draft.nat !== "") fields.nat = draft.nat === "yes";
  if (draft.peers_may_talk !== "") fields.peers_may_talk = draft.peers_may_talk === "yes";
  if (draft.drift_policy !== "repair") fields.drift_policy = draft.drift_policy;
  if (draft.custody !== "held") fields.custody = draft.custody;
  if (draft.bandwidth_up_kbps.trim() !== "") fields.bandwidth_up_kbps = number(draft.bandwidth_up_kbps);
  if (draft.bandwidth_down_kbps.trim() !== "") fields.bandwidth_down_kbps = number(draft.bandwidth_down_kbps);
  if (!draft.enabled) fields.enabled = false;
  return fields;
}

export function changedNetworkFields(network: Network, draft: NetworkDraft): NetworkFields {
  const before = networkDraft(network);
  const differs = (name: keyof NetworkDraft) => before[name] !== draft[name];
  const fields: NetworkFields = {};
  if (differs("name")) fields.name = draft.name.trim();
  if (differs("mode")) fields.mode = draft.mode;
  if (differs("subnet")) fields.subnet = draft.subnet.trim();
  if (differs("subnet6")) fields.subnet6 = draft.subnet6.trim() === "" ? null : draft.subnet6.trim();
  if (differs("listen_port")) fields.listen_port = number(draft.listen_port);
  for (const name of ["dns_servers", "search_domains", "custom_cidrs"] as const) {
    const value = parseList(draft[name]);
    if (!same(value, network[name])) fields[name] = value;
  }
  if (differs("mtu")) fields.mtu = draft.mtu.trim() === "" ? null : number(draft.mtu);
  if (differs("endpoint_host")) fields.endpoint_host = draft.endpoint_host.trim() === "" ? null : draft.endpoint_host.trim();
  if (differs("tunnel")) fields.tunnel = draft.tunnel;
  if (differs("nat") && draft.nat !== "") fields.nat = draft.nat === "yes";
  if (differs("peers_may_talk") && draft.peers_may_talk !== "") fields.peers_may_talk = draft.peers_may_talk === "yes";
  if (differs("drift_policy")) fields.drift_policy = draft.drift_policy;
  if (differs("custody")) fields.custody = draft.custody;
  if (differs("bandwidth_up_kbps")) fields.bandwidth_up_kbps = number(draft.bandwidth_up_kbps || "0");
  if (differs("bandwidth_down_kbps")) fields.bandwidth_down_kbps = number(draft.bandwidth_down_kbps || "0");
  return fields;
}

/** A form whose network was changed meanwhile: what was typed stays, what was not touched is as it is now. */
export function mergedNetwork(before: Network, now: Network, typed: NetworkDraft): NetworkDraft {
  const old = networkDraft(before);
  return { ...networkDraft(now), ...Object.fromEntries(Object.entries(typed).filter(([name, value]) => old[name as keyof NetworkDraft] !== value)) };
}
