import type { Network, Peer } from "../api/types";

/** The networks and peers as the hub last told them. Every change makes another value, so that views see it. */
export interface HubState {
  readonly networks: ReadonlyMap<number, Network>;
  /** By network, then by peer. */
  readonly peers: ReadonlyMap<number, ReadonlyMap<number, Peer>>;
  /** Whether all of it was told. */
  readonly complete: boolean;
}

export const emptyHub: HubState = { networks: new Map(), peers: new Map(), complete: false };

/** What the hub tells anew. */
export interface HubDelta {
  readonly networks?: readonly Network[] | undefined;
  readonly peers?: readonly Peer[] | undefined;
  readonly removedNetworks?: readonly number[] | undefined;
  readonly removedPeers?: readonly number[] | undefined;
  readonly statuses?: readonly PeerStatus[] | undefined;
}

/** What the kernel tells of a peer; the fields that have a status are replaced together. */
export interface PeerStatus {
  readonly network_id: number;
  readonly peer_id: number;
  readonly fields: Partial<Pick<Peer, "endpoint" | "online" | "last_handshake" | "transfer_rx" | "transfer_tx" | "kernel_keepalive">>;
}

export function applied(state: HubState, delta: HubDelta): HubState {
  const networks = new Map(state.networks);
  const peers = new Map(state.peers);
  const opened = new Map<number, Map<number, Peer>>();
  const open = (network: number): Map<number, Peer> => {
    let table = opened.get(network);
    if (table === undefined) {
      table = new Map(peers.get(network));
      opened.set(network, table);
      peers.set(network, table);
    }
    return table;
  };
  for (const network of delta.networks ?? []) networks.set(network.id, network);
  for (const peer of delta.peers ?? []) open(peer.network_id).set(peer.id, peer);
  for (const status of delta.statuses ?? []) {
    const peer = peers.get(status.network_id)?.get(status.peer_id);
    if (peer !== undefined) open(status.network_id).set(peer.id, { ...peer, ...status.fields });
  }
  for (const gone of delta.removedPeers ?? []) {
    for (const [network, table] of peers) if (table.has(gone)) open(network).delete(gone);
  }
  for (const gone of delta.removedNetworks ?? []) {
    networks.delete(gone);
    peers.delete(gone);
  }
  return { networks, peers, complete: state.complete };
}
