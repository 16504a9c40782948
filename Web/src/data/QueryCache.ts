import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { Observable } from "./Observable";

/** What is known of something that was asked for. */
export interface QueryState<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
}

const NOTHING: QueryState<never> = { data: undefined, error: undefined, loading: true };

interface Entry {
  readonly state: Observable<QueryState<unknown>>;
  load: (() => Promise<unknown>) | undefined;
  running: number;
  watchers: number;
}

/** Answers by key. What somebody looks at is asked for anew when it was invalidated; the old answer stands meanwhile. */
export class QueryCache {
  private readonly entries = new Map<string, Entry>();

  entry<T>(key: string): Observable<QueryState<T>> {
    return this.slot(key).state as Observable<QueryState<T>>;
  }

  /** Begins to look at a key; the answer ends it. */
  watch(key: string, load: () => Promise<unknown>): () => void {
    const entry = this.slot(key);
    entry.load = load;
    entry.watchers++;
    void this.fetch(key);
    return () => {
      entry.watchers--;
    };
  }

  async fetch(key: string): Promise<void> {
    const entry = this.slot(key);
    if (entry.load === undefined) return;
    const run = ++entry.running;
    entry.state.update((state) => ({ ...state, loading: true }));
    try {
      const data = await entry.load();
      if (entry.running === run) entry.state.set({ data, error: undefined, loading: false });
    } catch (error) {
      if (entry.running === run) entry.state.update((state) => ({ data: state.data, error: asApiError(error), loading: false }));
    }
  }

  /** Everything whose key begins so has changed. */
  invalidate(prefix: string): void {
    for (const [key, entry] of this.entries) {
      if (!key.startsWith(prefix)) continue;
      if (entry.watchers > 0) void this.fetch(key);
      else this.entries.delete(key);
    }
  }

  clear(): void {
    for (const entry of this.entries.values()) entry.running++;
    this.entries.clear();
  }

  private slot(key: string): Entry {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = { state: new Observable<QueryState<unknown>>(NOTHING), load: undefined, running: 0, watchers: 0 };
      this.entries.set(key, entry);
    }
    return entry;
  }
}
