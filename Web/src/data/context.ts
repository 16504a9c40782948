import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Network, Peer, Role } from "../api/types";
import type { Observable } from "./Observable";
import type { QueryState } from "./QueryCache";
import { Store } from "./Store";

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error("a view without the store");
  return store;
}

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

/** What a key is known to be; asked for when the view appears, and again when it was invalidated. */
export function useQuery<T>(key: string, load: () => Promise<T>): QueryState<T> & { readonly reload: () => void } {
  const store = useStore();
  const state = useObservable(store.queries.entry<T>(key));
  // The key stands for what is loaded; another function of the same key loads the same.
  useEffect(() => store.queries.watch(key, load), [store, key]);
  const status = state.error?.status;
  useEffect(() => {
    if (status === 401) void store.checkSession();
  }, [store, status]);
  return { ...state, reload: () => void store.queries.fetch(key) };
}

export function useNetworks(): readonly Network[] {
  const { networks } = useObservable(useStore().hub);
  return useMemo(() => [...networks.values()].sort((a, b) => a.id - b.id), [networks]);
}

export function useNetwork(id: number): Network | undefined {
  return useObservable(useStore().hub).networks.get(id);
}

const NO_PEERS: ReadonlyMap<number, Peer> = new Map();

export function usePeers(network: number): readonly Peer[] {
  const table = useObservable(useStore().hub).peers.get(network) ?? NO_PEERS;
  return useMemo(() => [...table.values()], [table]);
}

export function usePeer(network: number, id: number): Peer | undefined {
  return useObservable(useStore().hub).peers.get(network)?.get(id);
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether the person may do what takes this role. The daemon decides; this only spares people a refusal. */
export function useMay(role: Role): boolean {
  const session = useObservable(useStore().session);
  return session.kind === "in" && RANK[session.me.role] >= RANK[role];
}

/** The present time in seconds, anew every so often. */
export function useNow(every = 1): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), every * 1000);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
