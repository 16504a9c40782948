import type { Peer } from "../api/types";
import { addressKey } from "./addresses";

export type PeerColumn = "status" | "name" | "address" | "rx" | "tx" | "handshake";

export interface PeerOrder {
  readonly column: PeerColumn;
  readonly descending: boolean;
}

/** How a peer stands, for its dot: `stale` waits for a new import, `off` is disabled or expired. */
export type PeerState = "online" | "offline" | "never" | "disabled" | "expired";

export function peerState(peer: Peer): PeerState {
  if (!peer.enabled) return peer.disabled_reason === "expired" ? "expired" : "disabled";
  if (peer.online) return "online";
  return peer.last_handshake > 0 ? "offline" : "never";
}

const STATE_RANK: Record<PeerState, number> = { online: 0, offline: 1, never: 2, expired: 3, disabled: 4 };

/** Every word that was typed has to be somewhere in what people know a peer by. */
export function filterPeers(peers: readonly Peer[], query: string): readonly Peer[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return peers;
  return peers.filter((peer) => {
    const text = `${peer.name}\n${peer.email}\n${peer.addresses.join(" ")}\n${peer.tags.join(" ")}\n${peer.site_networks}`.toLowerCase();
    return words.every((word) => text.includes(word) || peer.public_key.toLowerCase().startsWith(word));
  });
}

/** Sorted copies; those of which the column is the same come by name, then by number. */
export function sortPeers(peers: readonly Peer[], order: PeerOrder, collator: Intl.Collator): Peer[] {
  const byName = (a: Peer, b: Peer) => collator.compare(a.name, b.name) || a.id - b.id;
  const sign = order.descending ? -1 : 1;
  const sorted = [...peers];
  if (order.column === "name") return sorted.sort((a, b) => sign * byName(a, b));
  if (order.column === "address") {
    const keys = new Map(sorted.map((peer) => [peer.id, addressKey(peer.addresses[0] ?? "")]));
    return sorted.sort((a, b) => {
      const [x, y] = [keys.get(a.id) ?? "", keys.get(b.id) ?? ""];
      return x === y ? byName(a, b) : sign * (x < y ? -1 : 1);
    });
  }
  const value: (peer: Peer) => number = {
    status: (peer: Peer) => STATE_RANK[peerState(peer)],
    rx: (peer: Peer) => peer.transfer_rx,
    tx: (peer: Peer) => peer.transfer_tx,
    handshake: (peer: Peer) => peer.last_handshake,
  }[order.column];
  return sorted.sort((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}
