import assert from "node:assert/strict";
import { test } from "node:test";
import { I18n } from "../src/i18n/i18n";

const en = new I18n("en", "en-GB");
const de = new I18n("de");

test("bytes go by 1024, as wg show has them", () => {
  assert.equal(en.bytes(0), "0 B");
  assert.equal(en.bytes(1023), "1,023 B");
  assert.equal(en.bytes(1024), "1 KiB");
  assert.equal(en.bytes(1_572_864), "1.5 MiB");
  assert.equal(de.bytes(1_572_864), "1,5 MiB");
  assert.equal(en.bytes(2 ** 60), "1,020 PiB");
});

test("no size is shown as 1024 of a unit", () => {
  for (let exponent = 1; exponent < 50; exponent++) {
    for (const value of [2 ** exponent - 1, 2 ** exponent, 2 ** exponent + 1]) {
      assert.ok(!/^1,?02[4-9] [KMGT]iB/.test(en.bytes(value)), `${value}: ${en.bytes(value)}`);
    }
  }
});

test("rates are in bits, by 1000", () => {
  assert.equal(en.rate(0), "0 bit/s");
  assert.equal(en.rate(125), "1 kbit/s");
  assert.equal(en.rate(12_500_000), "100 Mbit/s");
});

test("a handshake is told by how long it is ago", () => {
  const now = 1_800_000_000;
  assert.equal(en.ago(now, now), "just now");
  assert.match(en.ago(now - 120, now), /^2 min.? ago$/);
  assert.match(de.ago(now - 120, now), /^vor 2 Min/);
  assert.match(en.ago(now + 86_400 * 3, now), /^in 3 days$/);
});

test("a duration has its two largest units", () => {
  assert.equal(en.duration(0), "0 secs");
  assert.match(en.duration(86_400 + 3 * 3600 + 59), /^1 day 3 hrs?$/);
});
