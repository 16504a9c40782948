import type { HubDelta, PeerStatus } from "../data/HubState";
import type { WireNetwork, WirePeer } from "./wire";
import { readNetwork, readPeer } from "./wire";

export const EVENT_KINDS = ["snapshot", "live", "change", "daemon", "end"] as const;

/** A piece of the hub's snapshot, its end, what changed after it; that the daemon is away or back; the stream's end. */
export interface HubEvent extends HubDelta {
  readonly kind: typeof EVENT_KINDS[number];
  /** Lists that have to be read again. */
  readonly lists?: readonly string[] | undefined;
  /** Of `daemon`: whether it is there. */
  readonly online?: boolean | undefined;
}

interface WireEvent {
  readonly networks?: readonly WireNetwork[];
  readonly peers?: readonly WirePeer[];
  readonly removed_networks?: readonly number[];
  readonly removed_peers?: readonly number[];
  readonly statuses?: readonly WireStatus[];
  readonly lists?: readonly string[];
  readonly state?: string;
}

interface WireStatus {
  readonly network_id: number;
  readonly peer_id: number;
  readonly online?: boolean;
  readonly endpoint?: string;
  readonly last_handshake?: number;
  readonly transfer_rx?: number;
  readonly transfer_tx?: number;
  readonly kernel_keepalive?: number;
}

function readStatus(wire: WireStatus): PeerStatus {
  const { network_id, peer_id, ...fields } = wire;
  return { network_id, peer_id, fields };
}

export function readEvent(kind: string, data: unknown): HubEvent {
  const wire = data as WireEvent;
  return {
    kind: EVENT_KINDS.find((known) => known === kind) ?? "change",
    networks: wire.networks?.map(readNetwork),
    peers: wire.peers?.map(readPeer),
    removedNetworks: wire.removed_networks,
    removedPeers: wire.removed_peers,
    statuses: wire.statuses?.map(readStatus),
    lists: wire.lists,
    online: wire.state === "online",
  };
}
