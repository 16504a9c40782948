import type { Network, Peer } from "./types";
import { parseList } from "../lib/lists";

/** A peer as it stands in the JSON: its lists may be text, and what has no value may be left out. */
export type WirePeer = Omit<Peer, "addresses" | "tags" | "extra_cidrs" | "excluded_cidrs" | "dns_servers" | "search_domains"> & {
  readonly addresses?: WireList;
  readonly tags?: WireList;
  readonly extra_cidrs?: WireList;
  readonly excluded_cidrs?: WireList;
  readonly dns_servers?: WireList;
  readonly search_domains?: WireList;
};

type WireList = string | readonly string[] | null | undefined;

function list(value: WireList): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "string" ? parseList(value) : value;
}

function optionalList(value: WireList): readonly string[] | undefined {
  return value === null || value === undefined ? undefined : list(value);
}

export function readPeer(wire: WirePeer): Peer {
  const sites = list(wire.site_networks);
  return {
    ...wire,
    email: wire.email ?? "",
    endpoint: wire.endpoint ?? "",
    site_networks: sites.join(","),
    last_handshake: wire.last_handshake ?? 0,
    transfer_rx: wire.transfer_rx ?? 0,
    transfer_tx: wire.transfer_tx ?? 0,
    hub_keepalive: wire.hub_keepalive ?? 0,
    notes: wire.notes ?? "",
    custody: wire.custody ?? "held",
    addresses: wire.addresses === undefined || wire.addresses === null
      ? list(wire.allowed_ips).filter((block) => !sites.includes(block)).map((block) => block.replace(/\/(32|128)$/, ""))
      : list(wire.addresses),
    tags: list(wire.tags),
    extra_cidrs: list(wire.extra_cidrs),
    excluded_cidrs: list(wire.excluded_cidrs),
    dns_servers: optionalList(wire.dns_servers),
    search_domains: optionalList(wire.search_domains),
  };
}

export type WireNetwork = Omit<Network, "addresses" | "dns_servers" | "search_domains" | "custom_cidrs"> & {
  readonly addresses?: WireList;
  readonly dns_servers?: WireList;
  readonly search_domains?: WireList;
  readonly custom_cidrs?: WireList;
};

export function readNetwork(wire: WireNetwork): Network {
  return {
    ...wire,
    addresses: list(wire.addresses),
    dns_servers: list(wire.dns_servers),
    search_domains: list(wire.search_domains),
    custom_cidrs: list(wire.custom_cidrs),
  };
}
