import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { HubEvent } from "../api/events";
import { EVENT_KINDS, readEvent } from "../api/events";
import type { Finding, Me, Network, Peer } from "../api/types";
import type { Rate } from "../lib/rates";
import { RateMeter } from "../lib/rates";
import { EventFeed } from "./EventFeed";
import type { HubDelta, HubState } from "./HubState";
import { applied, emptyHub } from "./HubState";
import { Observable } from "./Observable";
import { Preferences } from "./Preferences";
import { QueryCache } from "./QueryCache";
import { Toasts } from "./Toasts";

/** Who is in front of the page. */
export type SessionState =
  | { readonly kind: "unknown" }
  | { readonly kind: "unreachable"; readonly error: ApiError }
  | { readonly kind: "setup" }
  | { readonly kind: "login"; readonly expired: boolean }
  | { readonly kind: "in"; readonly me: Me };

/** Something that happened lately, for the dashboard. */
export interface Happening {
  readonly id: number;
  readonly time: number;
  readonly kind: "online" | "offline" | "added" | "removed" | "changed";
  readonly network: number;
  readonly peer: number;
  readonly name: string;
}

/** All that the page knows, and the one place that talks to the hub. */
export class Store {
  readonly session = new Observable<SessionState>({ kind: "unknown" });
  readonly hub = new Observable<HubState>(emptyHub);
  /** The hub's throughput, a reading a second, the latest last. */
  readonly throughput = new Observable<readonly Rate[]>([]);
  readonly happenings = new Observable<readonly Happening[]>([]);
  /** What would bite in the configurations of peers that were changed or fetched from here, by peer. */
  readonly findings = new Observable<ReadonlyMap<number, readonly Finding[]>>(new Map());
  readonly queries = new QueryCache();
  readonly toasts = new Toasts();
  readonly preferences = new Preferences();
  readonly feed: EventFeed;
  private readonly rates = new RateMeter();
  private incoming: HubState | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private nextHappening = 1;

  constructor() {
    this.feed = new EventFeed("/api/events", EVENT_KINDS, {
      begin: () => { this.incoming = undefined; },
      take: (kind, data) => this.take(readEvent(kind, data)),
      refused: () => void this.checkSession(),
    });
  }

  /** Finds out who is there. */
  async begin(): Promise<void> {
    try {
      this.enter(await api.me());
    } catch (caught) {
      const error = asApiError(caught);
      if (error.status !== 401) {
        this.session.set({ kind: "unreachable", error });
        return;
      }
      try {
        const { setup_needed } = await api.setupState();
        this.session.set(setup_needed ? { kind: "setup" } : { kind: "login", expired: false });
      } catch (second) {
        this.session.set({ kind: "unreachable", error: asApiError(second) });
      }
    }
  }

  enter(me: Me): void {
    this.session.set({ kind: "in", me });
    this.feed.start();
    clearInterval(this.ticker);
    this.ticker = setInterval(() => {
      this.throughput.update((list) => [...list.slice(-119), this.rates.total(Date.now())]);
    }, 1000);
  }

  async logOut(): Promise<void> {
    try {
      await api.logout();
    } finally {
      this.leave(false);
    }
  }

  /** Forgets everything that was for this person's eyes. */
  leave(expired: boolean): void {
    this.feed.stop();
    clearInterval(this.ticker);
    this.queries.clear();
    this.hub.set(emptyHub);
    this.throughput.set([]);
    this.happenings.set([]);
    this.findings.set(new Map());
    this.session.set({ kind: "login", expired });
  }

  /** An answer said that nobody is logged in. */
  async checkSession(): Promise<void> {
    if (this.session.get().kind !== "in") return;
    try {
      const me = await api.me();
      if (this.session.get().kind === "in") this.session.set({ kind: "in", me });
    } catch (caught) {
      if (asApiError(caught).status === 401) this.leave(true);
    }
  }

  rateOf(peer: number): Rate {
    return this.rates.of(peer, Date.now());
  }

  /** Takes over what a change answered, without waiting for the event. */
  merge(delta: HubDelta): void {
    this.hub.update((state) => applied(state, delta));
  }

  noteFindings(peer: number, findings: readonly Finding[]): void {
    this.findings.update((map) => new Map(map).set(peer, findings));
  }

  /**
   * Shows a change of a peer at once, and what was before if the hub refuses it.
   *
   * @returns the peer as the hub has it then.
   */
  async optimistically(peer: Peer, guess: Partial<Peer>, change: () => Promise<Peer>): Promise<Peer> {
    this.merge({ peers: [{ ...peer, ...guess }] });
    try {
      const result = await change();
      this.merge({ peers: [result] });
      return result;
    } catch (error) {
      // What came meanwhile of other fields stays.
      const present = this.hub.get().peers.get(peer.network_id)?.get(peer.id);
      if (present !== undefined) {
        const before = Object.fromEntries(Object.keys(guess).map((key) => [key, peer[key as keyof Peer]]));
        this.merge({ peers: [{ ...present, ...(before as Partial<Peer>) }] });
      }
      throw error;
    }
  }

  private take(event: HubEvent): void {
    switch (event.kind) {
      case "snapshot":
        this.incoming = applied(this.incoming ?? emptyHub, event);
        this.measure(event.peers ?? []);
        return;
      case "live":
        this.hub.update((state) => ({ ...(this.incoming ?? state), complete: true }));
        this.incoming = undefined;
        // Lists that are read one by one may have changed while nobody told.
        this.queries.invalidate("");
        this.feed.live();
        return;
      case "daemon":
        if (event.online) this.feed.live();
        else this.feed.away();
        return;
      case "end":
        // The browser comes back by itself, or is told here that it need not.
        void this.checkSession();
        return;
      case "change": {
        const before = this.hub.get();
        const after = applied(before, event);
        this.notice(before, event);
        this.measure(event.peers ?? []);
        for (const status of event.statuses ?? []) {
          const { transfer_rx, transfer_tx } = status.fields;
          if (transfer_rx !== undefined && transfer_tx !== undefined) {
            this.rates.record(status.peer_id, transfer_rx, transfer_tx, Date.now());
          }
        }
        for (const gone of event.removedPeers ?? []) this.rates.forget(gone);
        this.hub.set(after);
        for (const list of event.lists ?? []) this.queries.invalidate(list);
        if (event.networks !== undefined || event.removedNetworks !== undefined) this.queries.invalidate("status");
        for (const peer of event.peers ?? []) this.queries.invalidate(`peer/${peer.id}/`);
        return;
      }
    }
  }

  private measure(peers: readonly Peer[]): void {
    for (const peer of peers) this.rates.record(peer.id, peer.transfer_rx, peer.transfer_tx, Date.now());
  }

  private notice(before: HubState, event: HubEvent): void {
    const news: Happening[] = [];
    const time = Date.now() / 1000;
    const add = (kind: Happening["kind"], network: number, peer: number, name: string) => {
      news.push({ id: this.nextHappening++, time, kind, network, peer, name });
    };
    const old = (network: number, peer: number) => before.peers.get(network)?.get(peer);
    for (const status of event.statuses ?? []) {
      const peer = old(status.network_id, status.peer_id);
      const online = status.fields.online;
      if (peer !== undefined && online !== undefined && peer.online !== online) {
        add(online ? "online" : "offline", peer.network_id, peer.id, peer.name);
      }
    }
    for (const peer of event.peers ?? []) {
      const known = old(peer.network_id, peer.id);
      if (known === undefined) add("added", peer.network_id, peer.id, peer.name);
      else if (known.updated_at !== peer.updated_at) add("changed", peer.network_id, peer.id, peer.name);
      else if (known.online !== peer.online) add(peer.online ? "online" : "offline", peer.network_id, peer.id, peer.name);
    }
    for (const gone of event.removedPeers ?? []) {
      for (const [network, table] of before.peers) {
        const peer = table.get(gone);
        if (peer !== undefined) add("removed", network, gone, peer.name);
      }
    }
    if (news.length > 0) this.happenings.update((list) => [...news.reverse(), ...list].slice(0, 50));
  }
}

export function networkNamed(hub: HubState, name: string): Network | undefined {
  return [...hub.networks.values()].find((network) => network.name === name);
}
