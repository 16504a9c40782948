/** Bytes a second, both ways, as the hub sees it. */
export interface Rate {
  readonly rx: number;
  readonly tx: number;
}

interface Reading {
  readonly at: number;
  readonly rx: number;
  readonly tx: number;
}

/** After so many milliseconds without news a peer's rate is nothing: the hub tells only what changed. */
const SILENCE = 5000;

/**
 * Rates of peers, from the counters that come in. A counter that went back is a new one: it says nothing of what flowed
 * before.
 */
export class RateMeter {
  private readonly last = new Map<number, Reading>();
  private readonly rates = new Map<number, { readonly rate: Rate; readonly at: number }>();

  record(peer: number, rx: number, tx: number, at: number): void {
    const before = this.last.get(peer);
    if (before !== undefined && at - before.at < 200) return;
    this.last.set(peer, { at, rx, tx });
    if (before === undefined) return;
    const seconds = (at - before.at) / 1000;
    // What came after a long silence flowed at some time within it, not evenly over it.
    const span = Math.min(seconds, SILENCE / 1000);
    this.rates.set(peer, { at, rate: { rx: Math.max(0, rx - before.rx) / span, tx: Math.max(0, tx - before.tx) / span } });
  }

  forget(peer: number): void {
    this.last.delete(peer);
    this.rates.delete(peer);
  }

  of(peer: number, now: number): Rate {
    const entry = this.rates.get(peer);
    return entry === undefined || now - entry.at > SILENCE ? { rx: 0, tx: 0 } : entry.rate;
  }

  total(now: number): Rate {
    let rx = 0;
    let tx = 0;
    for (const [peer, entry] of this.rates) {
      if (now - entry.at > SILENCE) {
        this.rates.delete(peer);
        continue;
      }
      rx += entry.rate.rx;
      tx += entry.rate.tx;
    }
    return { rx, tx };
  }
}
