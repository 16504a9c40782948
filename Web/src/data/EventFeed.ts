import { Observable } from "./Observable";

export type FeedState = "connecting" | "live" | "lost";

/** How long to wait before the nth attempt in a row, in milliseconds, with some chance so that clients spread out. */
export function backoff(attempt: number, chance = Math.random()): number {
  return Math.min(10_000, 500 * 2 ** attempt) * (0.75 + chance / 2);
}

/** After so long without an event nobody knows whether the connection still stands, when a machine wakes up say. */
const SILENCE = 60_000;

/** What a feed tells its owner. */
interface Owner {
  /** A connection was made anew: what was told in pieces before begins again. */
  readonly begin: () => void;
  readonly take: (kind: string, data: unknown) => void;
  /** The server refused, instead of being away: the session may be over. */
  readonly refused: () => void;
}

/**
 * The hub's events (server-sent), connected again whenever the connection is lost. The server is told the last event that
 * was received, so that nothing is missed; where it cannot go on there, it begins with a snapshot.
 */
export class EventFeed {
  readonly state = new Observable<FeedState>("connecting");
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private lastEventId = "";
  private lastNews = 0;
  private stopped = true;

  constructor(private readonly url: string, private readonly kinds: readonly string[], private readonly owner: Owner) {}

  start(): void {
    this.stopped = false;
    this.lastEventId = "";
    this.connect();
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.state.set("connecting");
  }

  /** What was told is whole now. */
  live(): void {
    this.attempt = 0;
    this.state.set("live");
  }

  /** The connection stands, and what is behind it does not. */
  away(): void {
    this.state.set("lost");
  }

  /** Somebody looks again, or the network is back: no reason to wait, or to trust what was silent for long. */
  private readonly hurry = (): void => {
    if (this.stopped || document.hidden) return;
    if (this.state.get() === "live" && Date.now() - this.lastNews < SILENCE) return;
    this.attempt = 0;
    this.connect();
  };

  private connect(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.owner.begin();
    const source = new EventSource(this.lastEventId === "" ? this.url : `${this.url}?last_event_id=${encodeURIComponent(this.lastEventId)}`);
    this.source = source;
    this.lastNews = Date.now();
    source.onerror = () => this.lost(source, source.readyState === EventSource.CLOSED);
    const take = (event: MessageEvent<string>) => {
      if (source !== this.source) return;
      this.lastNews = Date.now();
      // Empty within a snapshot: who is cut off half-way through it begins anew.
      this.lastEventId = event.lastEventId;
      this.owner.take(event.type, JSON.parse(event.data));
    };
    for (const kind of this.kinds) source.addEventListener(kind, take as (event: Event) => void);
  }

  private lost(source: EventSource, wasRefused: boolean): void {
    if (this.stopped || source !== this.source) return;
    source.close();
    this.state.set("lost");
    if (wasRefused) {
      // A place in the stream may be what the server does not take; a snapshot it always gives.
      this.lastEventId = "";
      this.owner.refused();
    }
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt++));
  }
}
