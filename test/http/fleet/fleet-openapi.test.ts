/**
 * The responses of `serve-health --fleet` match the OpenAPI document.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPENAPI, openapiText } from "../../../lib/dev/openapi.ts";
import { startFeedStreams } from "../../../lib/http/event-stream.ts";
import { createFleetHandler, FIXED_FLEET_PATHS } from "../../../lib/http/fleet/fleet-handler.ts";
import { fleetPage } from "../../../lib/http/fleet/fleet-page-route.ts";
import { startFleetPoller } from "../../../lib/http/fleet/fleet-poller.ts";
import type { ReportCell } from "../../../lib/contract/report.ts";
import { cellOf, deadCell, reportOf } from "../../fleet/hosts.ts";
import { eventually } from "../../tools/background.ts";
import { commonGets, type DescribedGet, PATHS, wrongAs, wrongWith } from "../../tools/described.ts";
import { scratch } from "../../tools/program.ts";
import { bearer, endpoints, eventsOf } from "../../tools/served.ts";

const TOKEN = "the-token-of-the-endpoint";
const here = scratch();
const [token, file, config] = ["token", "alpha.json", "config.json"].map((name) =>
  join(here, name),
) as [string, string, string];

/** Exchanges the report of alpha. */
const writeReport = (...cells: ReportCell[]) =>
  writeFileSync(
    file,
    JSON.stringify({ ...reportOf(cells), generated_at: new Date().toISOString() }),
  );
writeReport(cellOf(1), deadCell(2));
writeFileSync(token, TOKEN, { mode: 0o600 });
const fleet_sources = [
  { name: "alpha", file },
  { name: "beta", command: ["false"] },
];
writeFileSync(config, JSON.stringify({ fleet_sources }));

const start = endpoints();
const endpoint = await start(
  "--fleet",
  "--listen=127.0.0.1:0",
  `--config=${config}`,
  `--token-file=${token}`,
  "--scan-interval=1s",
  "--max-clients=1",
);
await eventually(async () => ((await endpoint.fetch("/readyz")).ok ? true : undefined));

const WITH = { headers: bearer(TOKEN) };
const READS: DescribedGet[] = [
  ...commonGets(TOKEN),
  ["/v1/fleet", 200, "/v1/fleet", WITH],
  ["/v1/fleet", 304, "/v1/fleet", { headers: { ...bearer(TOKEN), "If-None-Match": "*" } }],
  ["/v1/fleet", 401, "/v1/fleet", {}],
  ["/v1/fleet/cells", 200, "/v1/fleet/cells", WITH],
  ["/v1/fleet/cells", 200, "/v1/fleet/cells?host=alpha&status=stale,not_known&known=true", WITH],
  ["/v1/fleet/cells", 400, "/v1/fleet/cells?status=dead", WITH],
  ["/v1/fleet/cells", 400, `/v1/fleet/cells?${"label=a&".repeat(17)}`, WITH],
  ["/v1/fleet/cells", 400, `/v1/fleet/cells?label=${"a".repeat(257)}`, WITH],
  ["/v1/fleet/cells", 401, "/v1/fleet/cells", {}],
  ["/v1/fleet/hosts/{host}", 200, "/v1/fleet/hosts/alpha", WITH],
  ["/v1/fleet/hosts/{host}", 200, "/v1/fleet/hosts/beta", WITH],
  ["/v1/fleet/hosts/{host}", 401, "/v1/fleet/hosts/alpha", {}],
  ["/v1/fleet/hosts/{host}", 404, "/v1/fleet/hosts/gamma", WITH],
];
test.each(READS)("GET %s returns %d as described, for %s", async (path, status, asked, init) => {
  const response = await endpoint.fetch(asked, init);
  expect(response.status).toBe(status);
  expect(await wrongWith(path, "get", response)).toBe("");
});

test("serves the document of all endpoints", async () => {
  const served: unknown = await (await endpoint.fetch("/openapi.json")).json();
  expect(served).toEqual(JSON.parse(openapiText()));
});

const FLEET_PATHS = [...FIXED_FLEET_PATHS, "/v1/fleet/hosts/{host}"];

test("the document has each path of the handler", () => {
  expect(FLEET_PATHS.filter((path) => !(path in PATHS))).toEqual([]);
});

test.each(FLEET_PATHS)("lists the methods of %s", async (path) => {
  const response = await endpoint.fetch(path.replace("{host}", "alpha"), { method: "DELETE" });
  expect(response.status).toBe(405);
  const allowed = response.headers.get("Allow")?.toLowerCase().split(", ");
  expect(allowed).toEqual(Object.keys(PATHS[path] ?? {}));
});

test("/v1/events sends the fleet and changes as described, and rejects one client too many", async () => {
  const events = eventsOf(await endpoint.fetch("/v1/events", WITH));
  const first = await events.next();
  expect(first.value?.name).toBe("fleet");
  expect(wrongAs("FleetDocument", first.value?.data)).toBe("");
  const refused = await endpoint.fetch("/v1/events", WITH);
  expect(refused.status).toBe(503);
  expect(await wrongWith("/v1/events", "get", refused)).toBe("");
  writeReport(cellOf(1), deadCell(3));
  for await (const { name, data } of events) {
    expect([name, wrongAs("FleetChanges", data)]).toEqual(["changes", ""]);
    if ("cells" in (data as object)) break;
  }
});

describe("without a look", () => {
  const poller = startFleetPoller(
    () => new Promise<never>(() => {}),
    60_000,
    () => {},
  );
  const streams = startFeedStreams(
    { name: "fleet", complete: () => undefined, subscribe: () => () => {} },
    1,
  );
  afterAll(() => {
    streams.close();
    poller.stop();
  });
  const handler = createFleetHandler({ poller, streams, page: fleetPage, openapi: OPENAPI });
  test.each([
    "/readyz",
    "/health",
    "/v1/fleet",
    "/v1/fleet/cells",
    "/v1/fleet/hosts/{host}",
    "/metrics",
  ])("GET %s returns 503 as described", async (path) => {
    const response = await handler(
      new Request(`http://localhost${path.replace("{host}", "alpha")}`),
    );
    expect(response?.status).toBe(503);
    expect(await wrongWith(path, "get", response ?? new Response())).toBe("");
  });
});
