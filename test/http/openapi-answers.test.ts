/**
 * The endpoint's responses match its OpenAPI document.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beatToken } from "../../lib/http/access.ts";
import { startEventStreams } from "../../lib/http/event-stream.ts";
import { createHandler } from "../../lib/http/handler.ts";
import { page } from "../../lib/http/page-route.ts";
import { createBeatRoute } from "../../lib/http/heartbeat-route.ts";
import { startReportPoller } from "../../lib/http/report-poller.ts";
import type { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { eventually } from "../tools/background.ts";
import { commonGets, type DescribedGet, wrongAs, wrongWith } from "../tools/described.ts";
import { bearer, endpoints, eventsOf } from "../tools/served.ts";
import { endpointParts } from "../tools/sources.ts";
import { OPENAPI } from "../../lib/dev/openapi.ts";
import { scratch } from "../tools/program.ts";

const [ALIVE, PAUSED, BROKEN, FIRST, ABSENT] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(99)];
const TOKEN = "the-token-of-the-endpoint";
const SECRET = "the-secret-behind-the-beats";

const home = scratch();
const root = join(home, "root");
mkdirSync(root);
writeCell(root, ALIVE, { title: "Alive", mission: { labels: { team: "a" } } });
writeCell(root, PAUSED, { status: "paused" });
writeJson(writeCell(root, BROKEN), "config/cell.json", "{");
writeCell(root, FIRST, { status: "initialized" });
for (const [name, text] of Object.entries({ token: TOKEN, secret: SECRET }))
  writeFileSync(join(home, name), text, { mode: 0o600 });

const start = endpoints();
const endpoint = await start(
  "--listen=127.0.0.1:0",
  `--root=${root}`,
  `--token-file=${join(home, "token")}`,
  `--beat-secret-file=${join(home, "secret")}`,
  "--scan-interval=1s",
  "--max-clients=1",
);
await eventually(async () => ((await endpoint.fetch("/readyz")).ok ? true : undefined));

const WITH = { headers: bearer(TOKEN) };
const READS: DescribedGet[] = [
  ...commonGets(TOKEN),
  ["/v1/report", 200, "/v1/report", WITH],
  ["/v1/report", 200, "/v1/report?status=healthy,stale&label=team=a", WITH],
  ["/v1/report", 304, "/v1/report", { headers: { ...bearer(TOKEN), "If-None-Match": "*" } }],
  ["/v1/report", 400, "/v1/report?status=dead", WITH],
  ["/v1/report", 400, `/v1/report?${"label=a&".repeat(17)}`, WITH],
  ["/v1/report", 400, `/v1/report?label=${"a".repeat(257)}`, WITH],
  ["/v1/report", 401, "/v1/report", { headers: bearer("wrong") }],
  ["/v1/cells/{id}", 200, `/v1/cells/${ALIVE}`, WITH],
  ["/v1/cells/{id}", 200, `/v1/cells/${BROKEN}`, WITH],
  ["/v1/cells/{id}", 401, `/v1/cells/${ALIVE}`, {}],
  ["/v1/cells/{id}", 404, `/v1/cells/${ABSENT}`, WITH],
  ["/v1/jobs", 200, "/v1/jobs", WITH],
  ["/v1/jobs", 401, "/v1/jobs", {}],
];
test.each(READS)("GET %s returns %d as described, for %s", async (path, status, asked, init) => {
  const response = await endpoint.fetch(asked, init);
  expect(response.status).toBe(status);
  expect(await wrongWith(path, "get", response)).toBe("");
});

const WORKING = JSON.stringify({ state: "working", mood: "good", progress: { done: 1 } });
const LARGE = JSON.stringify({ state: "working", message: "x".repeat(40_000) });
const JSON_TYPE = "application/json";
const BEATS: [
  status: number,
  of: string,
  id: string,
  body: string | Uint8Array,
  type: string,
  key: string,
][] = [
  [200, "a beat", ALIVE, WORKING, JSON_TYPE, ALIVE],
  [200, "a first beat", FIRST, WORKING, JSON_TYPE, FIRST],
  [400, "no UTF-8", ALIVE, new Uint8Array([0xff, 0xfe]), JSON_TYPE, ALIVE],
  [401, "another cell's token", ALIVE, WORKING, JSON_TYPE, PAUSED],
  [404, "no cell", ABSENT, WORKING, JSON_TYPE, ABSENT],
  [409, "a paused mission", PAUSED, WORKING, JSON_TYPE, PAUSED],
  [413, "a large beat", ALIVE, LARGE, JSON_TYPE, ALIVE],
  [415, "plain text", ALIVE, WORKING, "text/plain", ALIVE],
  [422, "no JSON", ALIVE, "{", JSON_TYPE, ALIVE],
  [422, "no state", ALIVE, "{}", JSON_TYPE, ALIVE],
];
test.each(BEATS)("PUT returns %d as described, for %s", async (status, _, id, body, type, key) => {
  const response = await endpoint.fetch(`/v1/cells/${id}/heartbeat`, {
    method: "PUT",
    headers: { ...bearer(beatToken(SECRET, key)), "Content-Type": type },
    body,
  });
  expect(response.status).toBe(status);
  expect(await wrongWith("/v1/cells/{id}/heartbeat", "put", response)).toBe("");
});

test("/v1/events sends reports and changes as described, and rejects one client too many", async () => {
  const response = await endpoint.fetch("/v1/events", WITH);
  expect(response.status).toBe(200);
  const events = eventsOf(response);
  const refused = await endpoint.fetch("/v1/events", WITH);
  expect(refused.status).toBe(503);
  expect(await wrongWith("/v1/events", "get", refused)).toBe("");
  const [first, second] = [await events.next(), await events.next()];
  expect([first.value?.name, second.value?.name]).toEqual(["report", "changes"]);
  expect(wrongAs("Report", first.value?.data)).toBe("");
  expect(wrongAs("Changes", second.value?.data)).toBe("");
  await events.return(undefined);
});

describe("without a scan", () => {
  const poller = startReportPoller({
    scan: () => new Promise<Report>(() => {}),
    intervalMs: 60_000,
  });
  const streams = startEventStreams(poller, 1);
  afterAll(() => {
    streams.close();
    poller.stop();
  });
  const beat = createBeatRoute(root, { token: undefined, beatSecret: undefined });
  const rest = { ...endpointParts, perCellMetrics: true };
  const handler = createHandler({ ...rest, poller, streams, beat, page, openapi: OPENAPI });
  test.each(["/readyz", "/health", "/v1/report", "/v1/cells/{id}", "/v1/jobs", "/metrics"])(
    "GET %s returns 503 as described",
    async (path) => {
      const request = new Request(`http://localhost${path.replace("{id}", ALIVE)}`);
      const response = await handler(request);
      expect(response?.status).toBe(503);
      expect(await wrongWith(path, "get", response ?? new Response())).toBe("");
    },
  );
});
