import { expect, describe, test } from "bun:test";
import * as v from "valibot";
import type { Endpoint } from "../../lib/http/routes.ts";
import { type ReportPoller, startReportPoller } from "../../lib/http/report-poller.ts";
import { Report } from "../../lib/contract/report.ts";
import { idOf } from "../tools/cells.ts";
import { until } from "../tools/endpoint.ts";
import { handlerOf, reportOf, scansByHand, pollerOf } from "../tools/sources.ts";

const WELL = idOf(1);
const LATE = idOf(2);
const BROKEN = idOf(3);
const PAUSED = idOf(4);
const TOKEN = "the-token-of-the-endpoint";
const BY_TOKEN = { headers: { Authorization: `Bearer ${TOKEN}` } };

const MIXED = reportOf(
  {
    [WELL]: {},
    [LATE]: { age: 4000 },
    [BROKEN]: { config: { outcome: "absent" } },
    [PAUSED]: { mission: { status: "paused" } },
  },
  { [WELL]: { team: "core", tier: "1" }, [LATE]: { team: "web" } },
);
const poller = await pollerOf(MIXED);

async function answerOf(
  path: string,
  init: RequestInit = {},
  wanted: Partial<Endpoint> = {},
  from: ReportPoller = poller,
): Promise<Response> {
  const response = await handlerOf(from, wanted)(new Request(`http://localhost${path}`, init));
  if (response === undefined) throw new Error(`${path} is none of its paths`);
  return response;
}

const idsOf = async (query: string) =>
  ((await (await answerOf(`/v1/report${query}`)).json()) as Report).cells.map(
    ({ mission_id }) => mission_id,
  );

const healthOf = async (from: ReportPoller) => {
  const response = await answerOf("/health", {}, {}, from);
  return { code: response.status, ...((await response.json()) as object) };
};

const statusFor = async (host: string | undefined, hosts: readonly string[] | undefined) => {
  const headers: Record<string, string> = host === undefined ? {} : { Host: host };
  return (await answerOf("/livez", { headers }, { hosts })).status;
};

const READS: readonly (readonly [path: string, status: number, type: string])[] = [
  ["/livez", 200, "text/plain; charset=utf-8"],
  ["/readyz", 200, "text/plain; charset=utf-8"],
  ["/health", 200, "application/health+json"],
  ["/v1/report", 200, "application/json"],
  ["/v1/report?status=stale", 200, "application/json"],
  [`/v1/cells/${WELL}`, 200, "application/json"],
  [`/v1/cells/${idOf(9)}`, 404, "application/json"],
  ["/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"],
  ["/openapi.json", 200, "application/json"],
];

const many = (count: number, piece: string) => Array.from({ length: count }, () => piece);

describe("routes", () => {
  test.each(READS)(
    "GET %s gives %p, and HEAD the same without a body",
    async (path, status, type) => {
      const got = await answerOf(path);
      const head = await answerOf(path, { method: "HEAD" });
      expect([got.status, got.headers.get("Content-Type")]).toEqual([status, type]);
      const { byteLength } = await got.arrayBuffer();
      expect(byteLength).toBeGreaterThan(0);
      expect(head.body).toBeNull();
      expect(Object.fromEntries(head.headers)).toEqual({
        ...Object.fromEntries(got.headers),
        "content-length": `${byteLength}`,
      });
    },
  );

  test.each(READS)("%s forbids caching and content sniffing", async (path) => {
    const { headers, status } = await answerOf(path);
    const isReport = path.startsWith("/v1/report");
    expect(headers.get("Cache-Control")).toBe(isReport && status === 200 ? "no-cache" : "no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("HEAD /v1/events opens no stream, and has the headers of one", async () => {
    const head = await answerOf("/v1/events", { method: "HEAD" });
    const got = await answerOf("/v1/events");
    await got.body?.cancel();
    expect([head.status, head.body]).toEqual([200, null]);
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(got.headers));
  });

  test.each(["//", "///", "//health", "//v1/report"])(
    "a proxy that strips a prefix may leave more than one slash: %s",
    async (path) => {
      const single = path.replace(/^\/+/, "/");
      expect(await (await answerOf(path)).text()).toBe(await (await answerOf(single)).text());
    },
  );

  test.each([...READS.map(([path]) => path), "/", "/v1/events"])(
    "%s rejects every other method with 405, and lists those it allows",
    async (path) => {
      for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const response = await answerOf(path, { method });
        expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
        expect(await response.json()).toMatchObject({ error: { code: "method_not_allowed" } });
      }
    },
  );

  test("a cell's heartbeat allows PUT only, and the page is returned unchanged", async () => {
    const path = `/v1/cells/${WELL}/heartbeat`;
    for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
      const { status, headers } = await answerOf(path, { method });
      expect([status, headers.get("Allow")]).toEqual([405, "PUT"]);
    }
    expect(await (await answerOf(path, { method: "PUT" })).text()).toBe("beat");
    expect(await (await answerOf("/")).text()).toBe("page");
  });

  test.each([
    "/nothing",
    "/v1",
    "/v1/report/",
    "/V1/REPORT",
    "/health/",
    "/v1/cells/",
    "/v1/cells/no-id",
    `/v1/cells/${WELL}/`,
    `/v1/cells/${WELL}/logs`,
    "/constructor",
    "/__proto__",
    "/v1/cells/..%2f..%2fetc%2fpasswd",
  ])("%s is not served", (path) => {
    expect(handlerOf(poller)(new Request(`http://localhost${path}`))).toBeUndefined();
  });
});

describe("/v1/report", () => {
  test("is the last report, and has the time of the next", async () => {
    const told = v.parse(Report, await (await answerOf("/v1/report")).json());
    expect(told).toEqual({ ...MIXED, next_expected_at: told.next_expected_at });
    expect(Date.parse(told.next_expected_at ?? "")).toBe(
      Date.parse(MIXED.generated_at) + 3_600_000,
    );
  });

  test.each([
    ["?status=stale", [LATE]],
    ["?status=stale,incomplete", [LATE, BROKEN]],
    ["?status=stale&status=healthy", [WELL, LATE, PAUSED]],
    ["?status=uninitialized", []],
    ["?label=team", [WELL, LATE]],
    ["?label=team=core", [WELL]],
    ["?label=team%3Dcore&label=tier%3D1", [WELL]],
    ["?label=team=core&label=tier=2", []],
    ["?label=toString", []],
    ["?status=stale&label=team=core", []],
  ])("%s", async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test("counts all cells in a filtered report as well", async () => {
    const { summary } = (await (await answerOf("/v1/report?status=stale")).json()) as Report;
    expect(summary).toEqual(MIXED.summary);
  });

  test.each(["?status=sick", "?status=", "?status=stale,", "?sort=id", "?status=stale&x=1"])(
    "%s is rejected with 400",
    async (query) => {
      const response = await answerOf(`/v1/report${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: "bad_filter" } });
    },
  );

  test.each([
    [`?${many(17, "label=team").join("&")}`, "too_many_values"],
    [`?${many(17, "status=stale").join("&")}`, "too_many_values"],
    [`?status=${many(17, "stale").join(",")}`, "too_many_values"],
    [`?label=team&status=${many(17, "").join(",")}`, "too_many_values"],
    [`?${many(40, "").join("&")}`, "too_many_values"],
    [`?label=${"x".repeat(257)}`, "too_long_value"],
    [`?label=${"%41".repeat(257)}`, "too_long_value"],
  ])("%s exceeds a limit: 400", async (query, code) => {
    const response = await answerOf(`/v1/report${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test("does not mix two filtered reports, when the second is requested before the first is read", async () => {
    const queries = ["?status=stale", "?status=healthy", "?label=team"];
    const answers = await Promise.all(queries.map((query) => answerOf(`/v1/report${query}`)));
    const texts = await Promise.all(answers.map((response) => response.json()));
    const ids = (texts as Report[]).map(({ cells }) => cells.map(({ mission_id }) => mission_id));
    expect(ids).toEqual([[LATE], [WELL, PAUSED], [WELL, LATE]]);
  });

  test("accepts 16 values of each parameter, and the longest label", async () => {
    const [labels, statuses] = [many(16, "label=team").join("&"), many(16, "stale").join(",")];
    expect(await idsOf(`?${labels}&status=${statuses}`)).toEqual([LATE]);
    expect(await idsOf(`?label=${"x".repeat(256)}`)).toEqual([]);
  });

  test("is not sent again to a client that has it", async () => {
    const etag = (await answerOf("/v1/report")).headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const response = await answerOf("/v1/report", { headers: { "If-None-Match": known } });
      expect([response.status, response.body]).toEqual([304, null]);
      expect(response.headers.get("ETag")).toBe(etag);
    }
    const other = await answerOf("/v1/report", { headers: { "If-None-Match": '"x"' } });
    expect(other.status).toBe(200);
  });

  test("gets a new ETag with the next scan", async () => {
    const scans = scansByHand();
    const changing = startReportPoller({ scan: scans.scan, intervalMs: 10 });
    const etag = async () => (await answerOf("/v1/report", {}, {}, changing)).headers.get("ETag");
    await scans.give(MIXED);
    const first = await etag();
    await scans.next();
    await scans.give(MIXED);
    changing.stop();
    expect(await etag()).not.toBe(first);
  });
});

describe("/v1/cells/<id>", () => {
  test.each([
    [WELL, "healthy"],
    [LATE, "heartbeat-old"],
    [BROKEN, "incomplete"],
    [PAUSED, "resting"],
  ])("%s shows the rule behind its status: %s", async (id, row) => {
    const told = (await (await answerOf(`/v1/cells/${id.toUpperCase()}`)).json()) as object;
    const cell = MIXED.cells.find(({ mission_id }) => mission_id === id);
    const rest = { changes: [], records: null, takes_orders: false };
    expect(told).toEqual({ cell, row, because: expect.any(String), ...rest });
  });

  test("lists the cell's changes since the start, newest first", async () => {
    const scans = scansByHand();
    const changing = startReportPoller({ scan: scans.scan, intervalMs: 10 });
    for (const age of [0, 4000, 0]) {
      await scans.give(reportOf({ [WELL]: { age } }));
      await scans.next();
    }
    changing.stop();
    const told = await (await answerOf(`/v1/cells/${WELL}`, {}, {}, changing)).json();
    expect(told).toMatchObject({
      changes: [
        { from: "stale", to: "healthy" },
        { from: "healthy", to: "stale", problems: [{ code: "heartbeat-old" }] },
      ],
    });
  });
});

describe("/health and /readyz", () => {
  test("pass when every cell is healthy or resting", async () => {
    const well = await pollerOf(
      reportOf({ [WELL]: {}, [PAUSED]: { mission: { status: "paused" } } }),
    );
    expect(await healthOf(well)).toMatchObject({ code: 200, status: "pass", ok: true });
    expect((await answerOf("/readyz", {}, {}, well)).status).toBe(200);
  });

  test("warn, but stay ready, when a cell has a problem", async () => {
    expect(await healthOf(poller)).toMatchObject({
      code: 200,
      status: "warn",
      ok: true,
      checks: {
        "scan:age": [{ observedValue: 0, observedUnit: "s", status: "pass" }],
        "cells:stale": [{ observedValue: 1 }],
        "cells:healthy": [{ observedValue: 2 }],
      },
    });
    expect((await answerOf("/readyz")).status).toBe(200);
  });

  test("fail before the first scan, like all routes that need one", async () => {
    const scans = scansByHand();
    const waiting = startReportPoller({ scan: scans.scan, intervalMs: 3_600_000 });
    expect(await healthOf(waiting)).toMatchObject({
      code: 503,
      status: "fail",
      ok: false,
      output: "no scan has succeeded yet",
    });
    for (const path of ["/readyz", "/v1/report", `/v1/cells/${WELL}`, "/metrics"])
      expect((await answerOf(path, {}, {}, waiting)).status).toBe(503);
    expect((await answerOf("/livez", {}, {}, waiting)).status).toBe(200);
    waiting.stop();
  });

  test.each(["hangs", "fails"])(
    "fail once the scan %s, and show the last one's age",
    async (how) => {
      const scans = scansByHand();
      let failed = 0;
      const plan = { scan: scans.scan, intervalMs: 400, onError: () => (failed += 1) };
      const sick = startReportPoller(plan);
      await scans.give(MIXED);
      expect(await healthOf(sick)).toMatchObject({ code: 200 });
      await until(async () => {
        if (how === "fails") await scans.fail(new Error("no disk at /secret/root"));
        return (await answerOf("/readyz", {}, {}, sick)).status === 503;
      });
      sick.stop();
      expect(await (await answerOf("/readyz", {}, {}, sick)).text()).toMatch(
        /^not ready: the last good scan is \d+ s old\n$/,
      );
      expect(await healthOf(sick)).toMatchObject({
        code: 503,
        status: "fail",
        ok: false,
        output: expect.stringMatching(/^the last good scan is [1-9]\d* s old$/),
        checks: { "scan:age": [{ observedValue: expect.any(Number), status: "fail" }] },
      });
      // The last report is still served.
      expect((await answerOf("/v1/report", {}, {}, sick)).status).toBe(200);
      expect(failed > 0).toBe(how === "fails");
      expect(sick.errors()).toBe(failed);
    },
  );

  test("recover with the next successful scan", async () => {
    const scans = scansByHand();
    const poller2 = startReportPoller({ scan: scans.scan, intervalMs: 20 });
    await scans.give(MIXED);
    await scans.next();
    await until(async () => (await healthOf(poller2)).code === 503);
    await scans.give(MIXED);
    poller2.stop();
    expect(await healthOf(poller2)).toMatchObject({ code: 200 });
  });

  test("no request starts a scan", async () => {
    let scans = 0;
    const counted = startReportPoller({
      scan: async () => ((scans += 1), MIXED),
      intervalMs: 3_600_000,
    });
    await Bun.sleep(0);
    for (const [path] of READS) await answerOf(path, {}, {}, counted);
    counted.stop();
    expect(scans).toBe(1);
  });
});

describe("with a token", () => {
  const GUARDED = [
    "/v1/report",
    `/v1/cells/${WELL}`,
    `/v1/cells/${idOf(9)}`,
    "/metrics",
    "/v1/events",
  ];
  const withToken = { token: TOKEN };

  test.each(GUARDED)("%s needs it", async (path) => {
    for (const method of ["GET", "HEAD"])
      for (const given of [
        "",
        "Bearer",
        "Bearer wrong",
        `Basic ${TOKEN}`,
        `Bearer ${TOKEN}x`,
        TOKEN,
      ]) {
        const init = { method, headers: { Authorization: given } };
        const response = await answerOf(path, init, withToken);
        expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([
          401,
          "Bearer",
        ]);
      }
    const { status } = await answerOf(path, { ...BY_TOKEN, method: "HEAD" }, withToken);
    expect(status).not.toBe(401);
  });

  test.each(["/livez", "/readyz", "/openapi.json", "/"])("%s is open", async (path) => {
    expect((await answerOf(path, {}, withToken)).status).toBe(200);
  });

  test("/health shows only its status without it, and everything with it", async () => {
    const handler = handlerOf(poller, withToken);
    const read = async (init: RequestInit) =>
      (await handler(new Request("http://localhost/health", init)))?.json() as Promise<object>;
    // Twice in turn: neither client gets the other's answer from the cache.
    for (let turn = 0; turn < 2; turn++) {
      expect(await read({})).toEqual({ status: "warn", ok: true });
      expect(await read(BY_TOKEN)).toMatchObject({ version: expect.any(String), checks: {} });
    }
  });
});

describe("the Host name", () => {
  test.each([
    "localhost",
    "LOCALHOST:8471",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]:8471",
    "Health.Example:443",
    "",
    undefined,
  ])("may be %p", async (host) => {
    expect(await statusFor(host, ["health.example"])).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:8471",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "127.0.0.1:8471:1",
    "0.0.0.0",
    "[::2]",
  ])("may not be %p, on any path", async (host) => {
    expect(await statusFor(host, ["health.example"])).toBe(403);
    for (const path of ["/health", "/v1/report", "/", `/v1/cells/${WELL}/heartbeat`])
      expect((await answerOf(path, { headers: { Host: host } }, { hosts: [] })).status).toBe(403);
  });

  test("may not be given twice, wherever the endpoint listens", async () => {
    expect(await statusFor("localhost, evil.example", undefined)).toBe(400);
    expect(await statusFor("localhost, localhost", ["health.example"])).toBe(400);
  });

  test("does not matter where browsers cannot connect", async () => {
    expect(await statusFor("evil.example", undefined)).toBe(200);
  });
});

test("metrics name cells, unless perCellMetrics is false", async () => {
  const all = await (await answerOf("/metrics")).text();
  const few = await (await answerOf("/metrics", {}, { perCellMetrics: false })).text();
  expect(all).toContain(`mission_cell_status{mission_id="${LATE}",status="stale"} 1\n`);
  expect(all).toContain("lazarus_pit_scan_errors_total 0\n");
  expect(few).toContain('mission_cells{status="stale"} 1\n');
  expect(few).not.toContain("mission_id");
});

test("no error shows a path of the host, or quotes the request", async () => {
  const asked: readonly (readonly [string, RequestInit, Partial<Endpoint>])[] = [
    ["/v1/report?status=%3Cscript%3E", {}, {}],
    ["/v1/report", { method: "POST" }, {}],
    ["/v1/report", { headers: { Host: "<script>" } }, { hosts: [] }],
    ["/v1/report", { headers: { Authorization: "Bearer <script>" } }, { token: TOKEN }],
    [`/v1/cells/${idOf(9)}`, {}, {}],
  ];
  for (const [path, init, wanted] of asked) {
    const response = await answerOf(path, init, wanted);
    const text = await response.text();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/script|secret|\.ts|\bat /);
  }
});
