import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvent } from "../src/api/events";
import type { Network, Peer } from "../src/api/types";
import { backoff } from "../src/data/EventFeed";
import { applied, emptyHub } from "../src/data/HubState";
import { QueryCache } from "../src/data/QueryCache";
import { match } from "../src/data/router";
import { linePath, nearest, niceTicks } from "../src/lib/chart";
import { inParallel } from "../src/lib/inParallel";
import { RateMeter } from "../src/lib/rates";

const network = (id: number) => ({ id, name: `n${id}` }) as Network;
const peer = (id: number, network_id = 1, fields: Partial<Peer> = {}) => ({ id, network_id, name: `p${id}`, online: false, transfer_rx: 0, ...fields }) as Peer;

test("a change replaces what it names and leaves the rest as it is, to the very object", () => {
  const before = applied(emptyHub, { networks: [network(1)], peers: [peer(1), peer(2), peer(3, 2)] });
  const after = applied(before, { peers: [peer(1, 1, { name: "new" })] });
  assert.equal(after.peers.get(1)?.get(1)?.name, "new");
  assert.equal(after.peers.get(1)?.get(2), before.peers.get(1)?.get(2));
  assert.equal(after.peers.get(2), before.peers.get(2));
  assert.equal(before.peers.get(1)?.get(1)?.name, "p1");
});

test("a status changes the peer's status alone, and none that is not known makes a peer", () => {
  const before = applied(emptyHub, { peers: [peer(1)] });
  const after = applied(before, { statuses: [{ network_id: 1, peer_id: 1, fields: { online: true } }, { network_id: 9, peer_id: 9, fields: { online: true } }] });
  assert.equal(after.peers.get(1)?.get(1)?.online, true);
  assert.equal(after.peers.get(1)?.get(1)?.name, "p1");
  assert.equal(after.peers.has(9), false);
});

test("what is removed is gone, a network with its peers", () => {
  const before = applied(emptyHub, { networks: [network(1), network(2)], peers: [peer(1), peer(2), peer(3, 2)] });
  const after = applied(before, { removedPeers: [1], removedNetworks: [2] });
  assert.deepEqual([...(after.peers.get(1)?.keys() ?? [])], [2]);
  assert.equal(after.networks.has(2), false);
  assert.equal(after.peers.has(2), false);
});

test("an event is read with its statuses beside their peer", () => {
  const event = readEvent("change", { statuses: [{ network_id: 1, peer_id: 2, online: true, last_handshake: 5, transfer_rx: 7, transfer_tx: 8 }], removed_peers: [4], lists: ["rules"] });
  assert.equal(event.kind, "change");
  assert.deepEqual(event.statuses, [{ network_id: 1, peer_id: 2, fields: { online: true, last_handshake: 5, transfer_rx: 7, transfer_tx: 8 } }]);
  assert.deepEqual(event.removedPeers, [4]);
});

test("rates come from counters, and a counter that began anew makes none below zero", () => {
  const meter = new RateMeter();
  meter.record(1, 1000, 500, 10_000);
  assert.deepEqual(meter.of(1, 10_000), { rx: 0, tx: 0 });
  meter.record(1, 3000, 1500, 11_000);
  assert.deepEqual(meter.of(1, 11_000), { rx: 2000, tx: 1000 });
  meter.record(1, 10, 2500, 12_000);
  assert.deepEqual(meter.of(1, 12_000), { rx: 0, tx: 1000 });
  assert.deepEqual(meter.total(12_500), { rx: 0, tx: 1000 });
  assert.deepEqual(meter.of(1, 20_000), { rx: 0, tx: 0 });
  assert.deepEqual(meter.total(20_000), { rx: 0, tx: 0 });
});

test("waits between attempts grow, spread, and stay below a dozen seconds", () => {
  assert.ok(backoff(0, 0) < 500 && backoff(0, 1) < 1000);
  assert.ok(backoff(3, 0.5) > backoff(1, 0.5));
  assert.ok(backoff(50, 1) <= 12_500);
});

test("an answer that is overtaken by a later one does not take its place", async () => {
  const cache = new QueryCache();
  const answers: ((value: string) => void)[] = [];
  cache.watch("x", () => new Promise<string>((resolve) => answers.push(resolve)));
  const second = cache.fetch("x");
  answers[1]?.("new");
  await second;
  answers[0]?.("old");
  await Promise.resolve();
  assert.equal(cache.entry<string>("x").get().data, "new");
});

test("a failure keeps the last good answer beside it", async () => {
  const cache = new QueryCache();
  let fail = false;
  cache.watch("x", async () => {
    if (fail) throw new Error("no");
    return 1;
  });
  await cache.fetch("x");
  fail = true;
  await cache.fetch("x");
  assert.equal(cache.entry<number>("x").get().data, 1);
  assert.equal(cache.entry<number>("x").get().error?.message, "no");
});

test("paths are matched whole", () => {
  assert.deepEqual(match("/networks/:network/peers/:peer", "/networks/3/peers/17"), { network: "3", peer: "17" });
  assert.deepEqual(match("/networks/:network", "/networks/3/"), { network: "3" });
  assert.equal(match("/networks/:network", "/networks"), undefined);
});

test("an axis begins at nothing, ends above the greatest, and has round steps", () => {
  assert.deepEqual(niceTicks(0, 4, 10), [0]);
  assert.deepEqual(niceTicks(87, 4, 10), [0, 50, 100]);
  assert.deepEqual(niceTicks(3 * 1024 ** 2, 4, 1024), [0, 1, 2, 3].map((value) => value * 1024 ** 2));
  for (const max of [1, 7, 999, 1e9]) {
    const ticks = niceTicks(max, 4, 10);
    assert.ok((ticks[ticks.length - 1] ?? 0) >= max && ticks.length <= 7, `${max}: ${ticks}`);
  }
});

test("a line breaks where nothing is known", () => {
  const samples = [{ time: 0, values: [1] }, { time: 1, values: [undefined] }, { time: 2, values: [3] }, { time: 3, values: [4] }];
  assert.equal(linePath(samples, 0, (time) => time, (value) => value), "M0.0 1.0M2.0 3.0L3.0 4.0");
  assert.equal(nearest(samples, 1.6), 2);
  assert.equal(nearest([], 1), -1);
});

test("work in parallel does each item once, and no more at a time than it may", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inParallel([...Array(25).keys()], 4, async (item) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    done.push(item);
  });
  assert.deepEqual(done.sort((a, b) => a - b), [...Array(25).keys()]);
  assert.ok(most <= 4);
});
