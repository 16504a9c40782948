import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_KINDS } from "../src/api/events";
import { EventFeed } from "../src/data/EventFeed";

/** A connection that a test speaks for. */
class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 1;
  onerror: (() => void) | undefined;
  readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) { FakeSource.made.push(this); }
  addEventListener(kind: string, listener: (event: unknown) => void): void { this.listeners.set(kind, listener); }
  close(): void { this.readyState = FakeSource.CLOSED; }
  tell(type: string, data: unknown, lastEventId: string): void { this.listeners.get(type)?.({ type, data: JSON.stringify(data), lastEventId }); }
}

test("a snapshot that is cut off half-way is begun anew, and the end and the daemon's state are heard of", () => {
  const timers: Array<() => void> = [];
  const nothing = { addEventListener: () => {}, removeEventListener: () => {}, hidden: false };
  const { setTimeout, clearTimeout } = globalThis;
  Object.assign(globalThis, { EventSource: FakeSource, window: nothing, document: nothing });
  Object.assign(globalThis, { setTimeout: (run: () => void) => timers.push(run), clearTimeout: () => {} });
  try {
    const told: string[] = [];
    const feed = new EventFeed("/api/events", EVENT_KINDS, {
      begin: () => told.push("begin"),
      take: (kind) => told.push(kind),
      refused: () => told.push("refused"),
    });
    feed.start();
    const newest = (): FakeSource => FakeSource.made[FakeSource.made.length - 1] as FakeSource;
    const first = newest();
    first.tell("change", {}, "e.7");
    // Of what bears no id the browser tells the last one that did; the pieces of a snapshot bear an empty one.
    first.tell("daemon", { state: "offline" }, "e.7");
    first.tell("end", { reason: "too_slow" }, "e.7");
    first.tell("snapshot", { peers: [] }, "");
    first.onerror?.();
    timers.pop()?.();
    assert.ok(newest() !== first);
    assert.equal(newest().url, "/api/events", "no place to go on from");
    // What the former connection still tells is too late, and the half of a snapshot is forgotten.
    first.tell("snapshot", { peers: [] }, "");
    assert.deepEqual(told, ["begin", "change", "daemon", "end", "snapshot", "begin"]);
    newest().tell("change", {}, "e.9");
    newest().onerror?.();
    timers.pop()?.();
    assert.equal(newest().url, "/api/events?last_event_id=e.9");
    feed.stop();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});
