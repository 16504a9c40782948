import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "../src/api/api";

test("an edit is based on what was read, also where something on the way takes or weakens the tag", async () => {
  for (const [etag, expected] of [["\"v17\"", "\"v17\""], ["W/\"v17\"", "W/\"v17\""], [undefined, "\"v17\""]] as const) {
    const sent: Array<string | undefined> = [];
    globalThis.fetch = (async (_: string, options: RequestInit) => {
      const fields = options.headers as Record<string, string>;
      if (options.method === "PATCH") sent.push(fields["if-match"]);
      return new Response(JSON.stringify({ id: 1, updated_at: 17 }), etag === undefined ? {} : { headers: { etag } });
    }) as typeof fetch;
    await api.updateRule(1, { comment: "x" });
    assert.deepEqual(sent, [expected]);
  }
});
