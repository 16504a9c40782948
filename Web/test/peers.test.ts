import assert from "node:assert/strict";
import { test } from "node:test";
import type { Peer } from "../src/api/types";
import { readPeer } from "../src/api/wire";
import { addressKey } from "../src/lib/addresses";
import { filterPeers, peerState, sortPeers } from "../src/lib/peers";
import { visibleRows } from "../src/lib/window";
import { changedFields, draftOf, emptyDraft, merged, newFields } from "../src/peers/PeerDraft";
import type { Network } from "../src/api/types";

/** The `Peer` of the specification, as the API writes it, with nothing else. */
const bare = {
  id: 1, network_id: 1, name: "laptop", email: "", public_key: "kEy=", allowed_ips: "10.8.0.2/32,fd00::2/128,192.168.10.0/24", endpoint: "", persistent_keepalive: 25,
  role: "site-gateway" as const, site_networks: "192.168.10.0/24", enabled: true, online: false, last_handshake: 0, transfer_rx: 0, transfer_tx: 0, created_at: 1, updated_at: 1,
};

function peer(id: number, fields: Partial<Peer> = {}): Peer {
  return { ...readPeer(bare as never), id, ...fields };
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const names = (peers: readonly Peer[]) => peers.map(({ name }) => name);

test("a peer with the specification's fields alone can be shown", () => {
  const read = readPeer(bare as never);
  assert.deepEqual(read.addresses, ["10.8.0.2", "fd00::2"]);
  assert.deepEqual(read.tags, []);
  assert.equal(read.custody, "held");
});

test("names sort as people count: peer-9 before peer-10", () => {
  const peers = [peer(1, { name: "peer-10" }), peer(2, { name: "Peer-9" }), peer(3, { name: "émile" })];
  assert.deepEqual(names(sortPeers(peers, { column: "name", descending: false }, collator)), ["émile", "Peer-9", "peer-10"]);
});

test("addresses sort as numbers, IPv4 before IPv6", () => {
  const sorted = ["fd00::10", "10.8.0.10", "10.8.0.9", "fd00::2", "9.255.0.1"].sort((a, b) => (addressKey(a) < addressKey(b) ? -1 : 1));
  assert.deepEqual(sorted, ["9.255.0.1", "10.8.0.9", "10.8.0.10", "fd00::2", "fd00::10"]);
});

test("peers with the same value come by name in either direction, so that rows do not jump", () => {
  const peers = [peer(1, { name: "b", transfer_rx: 5 }), peer(2, { name: "a", transfer_rx: 5 }), peer(3, { name: "c", transfer_rx: 9 })];
  assert.deepEqual(names(sortPeers(peers, { column: "rx", descending: true }, collator)), ["c", "a", "b"]);
  assert.deepEqual(names(sortPeers(peers, { column: "rx", descending: false }, collator)), ["a", "b", "c"]);
});

test("sorting leaves the list that it was given alone", () => {
  const peers = Object.freeze([peer(2, { name: "b" }), peer(1, { name: "a" })]);
  assert.deepEqual(names(sortPeers(peers, { column: "name", descending: false }, collator)), ["a", "b"]);
});

test("the filter takes every word, in any field, whatever the case", () => {
  const peers = [peer(1, { name: "Anna", tags: ["staff"] }), peer(2, { name: "anton", email: "anton@example.org" }), peer(3, { name: "berta", addresses: ["10.8.0.77"] })];
  assert.deepEqual(names(filterPeers(peers, "AN")), ["Anna", "anton"]);
  assert.deepEqual(names(filterPeers(peers, "an staff")), ["Anna"]);
  assert.deepEqual(names(filterPeers(peers, "0.77")), ["berta"]);
  assert.deepEqual(names(filterPeers(peers, "  ")), ["Anna", "anton", "berta"]);
});

test("a key is found by its beginning alone, so that letters within one do not match", () => {
  assert.equal(filterPeers([peer(1)], "key=").length, 1);
  assert.equal(filterPeers([peer(1)], "ey=").length, 0);
});

test("a disabled peer is never shown as online", () => {
  assert.equal(peerState(peer(1, { enabled: false, online: true })), "disabled");
  assert.equal(peerState(peer(1, { enabled: false, disabled_reason: "expired" })), "expired");
  assert.equal(peerState(peer(1)), "never");
});

test("the rows that are drawn cover what is seen, and stay within the list", () => {
  for (const top of [0, 55, 56, 5000, 1e9]) {
    const { first, end } = visibleRows(top, 600, 56, 10_000);
    assert.ok(first >= 0 && end <= 10_000 && end - first < 40, `${top}: ${first}–${end}`);
    if (top < 500_000) assert.ok(first * 56 <= top && end * 56 >= top + 600);
  }
  assert.deepEqual(visibleRows(0, 600, 56, 0), { first: 0, end: 0 });
});

const network = { id: 1, name: "n", tunnel: "full", custody: "held" } as Network;

test("a new peer is sent with nothing that was not filled in", () => {
  assert.deepEqual(newFields({ ...emptyDraft(network), name: " phone " }, network), { name: "phone", role: "client", persistent_keepalive: 25 });
});

test("keys that are shown once are asked for with their configuration", () => {
  const fields = newFields({ ...emptyDraft(network), name: "x", custody: "once" }, network);
  assert.equal(fields.custody, "once");
  assert.equal(fields.return_configuration, true);
});

test("an edit sends what was changed and nothing else", () => {
  const before = peer(1, { mtu: 1400, dns_servers: ["1.1.1.1"], tags: ["a"] });
  const draft = draftOf(before);
  assert.deepEqual(changedFields(before, draft), {});
  assert.deepEqual(changedFields(before, { ...draft, mtu: "", dns_servers: "", tags: "a, b", persistent_keepalive: "" }), {
    persistent_keepalive: 0, dns_servers: null, mtu: null, tags: ["a", "b"],
  });
});

test("spaces in a list are no change", () => {
  const before = peer(1, { tags: ["a", "b"] });
  assert.deepEqual(changedFields(before, { ...draftOf(before), tags: " a ,b " }), {});
});

test("what is no number is sent as it is, so that the hub names the field", () => {
  assert.equal(changedFields(peer(1), { ...draftOf(peer(1)), mtu: "big" }).mtu as unknown, "big");
});

test("after a conflict what was typed stays, and the rest is as it is now", () => {
  const before = peer(1, { name: "old", email: "a@example.org" });
  const now = peer(1, { name: "old", email: "b@example.org" });
  const form = merged(before, now, { ...draftOf(before), name: "typed" });
  assert.equal(form.name, "typed");
  assert.equal(form.email, "b@example.org");
});
